/** `GET /v1/events` and `GET /v1/operations/{name}/stream`: changes of Operations as they happen, as server-sent events. */
import type { Context } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { eventsQuery } from '@soteria/shared/http-contract/console-queries.ts';
import { findOperation } from '@soteria/shared/operation/record/store.ts';
import type { ConsoleTools } from '../tools.ts';
import { openStream, type StreamRequest } from './open-stream.ts';
import { changeOf } from './operation-feed.ts';
import { readVersion } from './server-sent.ts';

export type StreamingTools = Pick<ConsoleTools, 'authorize' | 'seenBy' | 'store' | 'streams'>;

function whose(tools: StreamingTools, c: Context<KitEnv>): Pick<StreamRequest, 'maySee' | 'signal' | 'log'> {
  const { caller, signal, log } = c.get('incoming');
  return { maySee: tools.seenBy(caller), signal, log };
}

/** A HEAD has no body that would ever end. */
const nothingToFollow = (): Response => new Response(null, { headers: { 'content-type': 'text/event-stream' } });

/** Changes of all Operations that the caller sees; with `namespace`, refused where the caller sees none. */
export async function streamEvents(tools: StreamingTools, c: Context<KitEnv>): Promise<Response> {
  if (c.req.method === 'HEAD') return nothingToFollow();
  const query = eventsQuery.safeParse(c.req.query());
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the events cannot be followed',
      why: problemsOf(query.error, 'the query').join('; '),
      fix: 'allowed are namespace and pvc',
    });
  }
  const { namespace, pvc } = query.data;
  const { caller, signal } = c.get('incoming');
  if (namespace !== undefined) await tools.authorize(caller, { verb: 'list', namespace }, signal);
  return openStream(tools.streams, {
    ...whose(tools, c),
    lastVersion: readVersion(c.req.header('last-event-id')),
    isWanted: (change) =>
      (namespace === undefined || change.namespace === namespace) && (pvc === undefined || change.pvc === pvc),
  });
}

/** Its present state, every change, and the end. */
export async function streamOperation(tools: StreamingTools, c: Context<KitEnv>): Promise<Response> {
  if (c.req.method === 'HEAD') return nothingToFollow();
  const { caller, signal } = c.get('incoming');
  const [name, namespace] = [c.req.param('name') ?? '', c.req.query('namespace')];
  await tools.authorize(caller, { verb: 'get', namespace, name }, signal);
  const { metadata } = await findOperation(tools.store, name, namespace, signal);
  const ref = { name, namespace: metadata.namespace ?? '' };

  async function mayGet(): Promise<boolean> {
    try {
      await tools.authorize(caller, { verb: 'get', ...ref });
      return true;
    } catch (error) {
      if (error instanceof SoteriaError && error.code === 'forbidden') return false;
      throw error;
    }
  }

  return openStream(tools.streams, {
    ...whose(tools, c),
    // The right to this Operation may be all that the caller has; it may end while the stream goes on.
    maySee: () => mayGet(),
    // Its present state is sent first: there is no history to resume.
    lastVersion: undefined,
    isWanted: (change) => change.name === name && change.namespace === ref.namespace,
    readNow: async () => {
      const operation = await tools.store.get(ref, signal);
      return operation === undefined ? undefined : changeOf(operation, false);
    },
  });
}
