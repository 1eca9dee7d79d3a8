/** What anybody may look at: is the process alive, and what has it counted. Nothing here depends on anything else. */
import type { Door } from './door.ts';
import type { Metrics } from './metrics.ts';

/** Also at the paths that Knative's own function tooling probes. */
const healthPaths = ['/healthz', '/readyz', '/health/liveness', '/health/readiness'];

/** Readiness does not look at the cluster: an unready pod would hold back requests that could be answered with a reason. */
const health: Door = () =>
  Promise.resolve({ status: 200, headers: { 'content-type': 'text/plain; charset=UTF-8' }, body: 'ok\n' });

/** By path; all are asked with GET. */
export function openDoors(metrics: Metrics): [string, Door][] {
  const count: Door = async () => {
    const { contentType, text } = await metrics.expose();
    return { status: 200, headers: { 'content-type': contentType }, body: text };
  };
  return [...healthPaths.map((path): [string, Door] => [path, health]), ['/metrics', count]];
}
