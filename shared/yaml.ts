/** What YAML is read and written with; the bundle keeps it in a file of its own, which no pod reads that finds JSON alone. */
export { type Document, LineCounter, parseAllDocuments, parseDocument, stringify } from 'yaml';
