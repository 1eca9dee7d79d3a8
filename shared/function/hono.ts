/** What HTTP routes are made with; the bundle keeps it in a file of its own, which no pod that an event wakes ever reads. */
export { getRequestListener } from '@hono/node-server';
export { Hono } from 'hono';
export { routePath } from 'hono/route';
