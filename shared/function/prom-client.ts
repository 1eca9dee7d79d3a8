/** The library that counts metrics; the bundle keeps it in a separate file, which is read at the first scrape. */
export { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
