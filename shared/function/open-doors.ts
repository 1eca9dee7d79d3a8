/** What anybody may look at: is the process alive, and what has it counted. Nothing here depends on anything else. */
import type { Hono } from 'hono';
import type { KitEnv } from './contract.ts';
import type { Metrics } from './metrics.ts';

/** Also at the paths that Knative's own function tooling probes. */
const healthPaths = ['/healthz', '/readyz', '/health/liveness', '/health/readiness'];

/** Readiness does not look at the cluster: an unready pod would hold back requests that could be answered with a reason. */
export function mountOpenDoors(app: Hono<KitEnv>, metrics: Metrics): void {
  app.on('GET', healthPaths, (c) => c.text('ok\n'));
  app.get('/metrics', async (c) => {
    const { contentType, text } = await metrics.expose();
    return c.body(text, 200, { 'content-type': contentType });
  });
}
