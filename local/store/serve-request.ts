/** One request to the store, from its parts to its answer. */
import { ApiRefusal, forbidden, unknownResource, badRequest } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { refusalAnswer, type Answer, type Incoming } from './answer.ts';
import { describeKinds, version } from './discovery.ts';
import { describeOpenApi } from './openapi.ts';
import { parseTarget } from './parse-target.ts';
import { serveObjects } from './serve-objects.ts';
import { whyForeignRequest } from '../why-foreign-request.ts';

const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

/** Every refusal is an answer; an error thrown from here is a defect. */
export function serveRequest(cluster: MemoryCluster, now: () => Date, incoming: Incoming): Answer {
  try {
    return describe(cluster, incoming) ?? serveResource(cluster, now, incoming);
  } catch (thrown) {
    if (thrown instanceof ApiRefusal) return refusalAnswer(thrown);
    throw thrown;
  }
}

function describe(cluster: MemoryCluster, { method, pathname }: Incoming): Answer | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (healthPaths.has(pathname)) return { status: 200, text: 'ok' };
  if (pathname === '/version') return { status: 200, json: version };
  const kinds = cluster.kinds();
  const json = describeKinds(kinds, pathname) ?? describeOpenApi(kinds, pathname);
  return json === undefined ? undefined : { status: 200, json };
}

function serveResource(cluster: MemoryCluster, now: () => Date, incoming: Incoming): Answer {
  const target = parsePath(incoming.pathname);
  if (target === undefined) throw unknownResource();
  return serveObjects(cluster, now, target, incoming);
}

function parsePath(pathname: string) {
  try {
    return parseTarget(pathname);
  } catch {
    throw badRequest('the path of the request is not properly escaped');
  }
}

/** The store has no accounts. */
export function refuseForeignRequest(headers: {
  host?: string | undefined;
  origin?: string | undefined;
}): Answer | undefined {
  const why = whyForeignRequest(headers);
  if (why === undefined) return undefined;
  return refusalAnswer(forbidden({ group: '', plural: 'requests', kind: 'Request' }, 'this one', why));
}
