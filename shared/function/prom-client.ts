/** What metrics are counted with; the bundle keeps it in a file of its own, which is read when somebody scrapes. */
export { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
