/** What mail is sent with; the bundle keeps it in a file of its own, which no pod reads that sends none. */
export { createTransport } from 'nodemailer';
