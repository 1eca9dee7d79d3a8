import { describe, expect, it } from 'vitest';
import type { WatchQuery } from './client.ts';
import { configMaps } from './core-types.ts';
import type { HttpClientOptions } from './exchange.ts';
import { createWatchingClient } from './watching-client.ts';
import {
  answer,
  configMap,
  fakeTime,
  hangUp,
  neverAnswer,
  refuse,
  startScriptedServer,
  statusOf,
  type Step,
} from '../fakes/kubernetes/scripted-server.ts';

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}
const added = (name: string, version: string): string => line('ADDED', configMap(name, version));
const bookmark = (resourceVersion: string): string =>
  line('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion } });
const gone = line('ERROR', statusOf(410, 'Expired'));

/** These lines, then the server's regular end of the stream. */
const stream = (...lines: readonly string[]): Step => answer(200, lines.join(''));
/** These bytes, then the connection breaks. */
const broken =
  (...lines: readonly string[]): Step =>
  (response) => {
    response.writeHead(200).write(lines.join(''), () => setImmediate(() => response.socket?.destroy()));
  };
/** These lines, and the stream stays open. */
const open =
  (...lines: readonly string[]): Step =>
  (response) =>
    void response.writeHead(200).write(lines.join('') || '\n');
const list = (resourceVersion: string, ...names: readonly string[]): Step =>
  answer(200, { metadata: { resourceVersion }, items: names.map((name) => configMap(name, '1')) });

async function watchScript(steps: readonly Step[], query: WatchQuery = {}, options: HttpClientOptions = {}) {
  const server = await startScriptedServer(...steps);
  const time = fakeTime();
  const client = createWatchingClient({ server: server.url }, { ...time.options, ...options });
  const controller = new AbortController();
  const events = client.watch(configMaps, query, { signal: controller.signal });
  /** Reads this many events, as `added a` and `resync a b`, then aborts and expects the end. */
  async function read(count: number): Promise<string[]> {
    const seen: string[] = [];
    for await (const event of events) {
      const names = event.type === 'resync' ? event.objects : [event.object];
      seen.push([event.type, ...names.map(({ metadata }) => metadata.name)].join(' '));
      if (seen.length === count) controller.abort();
    }
    return seen;
  }
  const versions = (): (string | undefined)[] => server.requests.map(({ query }) => query['resourceVersion']);
  return { server, read, versions, sleeps: time.sleeps, controller, events };
}

describe('a watch', () => {
  it('lists first, page by page, then streams from that instant', async () => {
    const firstPage = { metadata: { resourceVersion: '10', continue: 'more' }, items: [configMap('a')] };
    const { read, server } = await watchScript([answer(200, firstPage), list('10', 'b'), open(added('c', '11'))], {
      namespace: 'shop',
      labelSelector: 'x=y',
    });
    expect(await read(2)).toEqual(['resync a b', 'added c']);
    expect(server.requests[1]?.query).toMatchObject({ continue: 'more', labelSelector: 'x=y' });
    expect(server.requests[2]).toMatchObject({
      path: '/api/v1/namespaces/shop/configmaps',
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: '10',
        labelSelector: 'x=y',
        timeoutSeconds: '600',
      },
    });
  });

  it('starts where it is told to, without a list', async () => {
    const lines = [added('a', '6'), line('MODIFIED', configMap('a', '7')), line('DELETED', configMap('a', '8'))];
    const { read, versions } = await watchScript([open(...lines)], { resourceVersion: '5' });
    expect(await read(3)).toEqual(['added a', 'modified a', 'deleted a']);
    expect(versions()).toEqual(['5']);
  });

  it('resumes after the last event it handed out when the connection breaks', async () => {
    const half = added('c', '8').slice(0, 30);
    const { read, versions, sleeps } = await watchScript(
      [broken(added('a', '6'), added('b', '7'), half), open(added('c', '8'))],
      { resourceVersion: '5' },
    );
    expect(await read(3)).toEqual(['added a', 'added b', 'added c']);
    expect(versions()).toEqual(['5', '7']);
    expect(sleeps).toEqual([]);
  });

  it('resumes from a bookmark, and at the regular end of a stream', async () => {
    const steps = [stream(added('a', '6'), bookmark('90')), open(added('b', '91'))];
    const { read, versions } = await watchScript(steps, { resourceVersion: '5' });
    expect(await read(2)).toEqual(['added a', 'added b']);
    expect(versions()).toEqual(['5', '90']);
  });

  it('backs off while the server is away, and forgets it after the first event', async () => {
    const away = refuse(503, 'ServiceUnavailable');
    const steps = [hangUp, away, away, stream(added('a', '6')), away, open(added('b', '7'))];
    const { read, versions, sleeps } = await watchScript(steps, { resourceVersion: '5' });
    expect(await read(2)).toEqual(['added a', 'added b']);
    expect(versions()).toEqual(['5', '5', '5', '5', '6', '6']);
    expect(sleeps).toEqual([100, 200, 400, 100]);
  });

  it('backs off when streams end at once without an event', async () => {
    const { read, sleeps } = await watchScript([stream(), stream(), open(added('a', '6'))], { resourceVersion: '5' });
    expect(await read(1)).toEqual(['added a']);
    expect(sleeps).toEqual([100, 200]);
  });

  it.each([
    ['an event', stream(gone)],
    ['the answer', refuse(410, 'Expired')],
  ])('lists again when the server has lost history and says so in %s', async (_where, expired) => {
    const { read, versions } = await watchScript([expired, list('50', 'x'), open(added('y', '51'))], {
      resourceVersion: '5',
    });
    expect(await read(2)).toEqual(['resync x', 'added y']);
    expect(versions()).toEqual(['5', undefined, '50']);
  });

  it('starts the list over when that expires between its pages', async () => {
    const firstPage = { metadata: { resourceVersion: '10', continue: 'more' }, items: [configMap('a')] };
    const steps = [answer(200, firstPage), refuse(410, 'Expired'), list('60', 'b'), open()];
    const { read } = await watchScript(steps);
    expect(await read(1)).toEqual(['resync b']);
  });

  it('resumes after an error event that is not about history, and after a line that is no event', async () => {
    const steps = [
      stream(added('a', '6'), line('ERROR', statusOf(500, 'InternalError'))),
      stream(added('b', '7'), 'no event\n', added('lost', '99')),
      open(added('c', '8')),
    ];
    const { read, versions } = await watchScript(steps, { resourceVersion: '5' });
    expect(await read(3)).toEqual(['added a', 'added b', 'added c']);
    expect(versions()).toEqual(['5', '6', '7']);
  });

  it('gives up a connection whose server never answers', async () => {
    const { read, server } = await watchScript(
      [neverAnswer, open(added('a', '6'))],
      { resourceVersion: '5' },
      { requestTimeoutMs: 500 },
    );
    expect(await read(1)).toEqual(['added a']);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['a forbidden watch', refuse(403, 'Forbidden'), 'cluster_forbidden'],
    ['a resource type that is not there', answer(404, '404 page not found'), 'cluster_refused'],
    ['a selector that cannot be read', refuse(400, 'BadRequest'), 'cluster_refused'],
  ])('throws what asking again cannot change: %s', async (_title, step, code) => {
    await expect((await watchScript([step], { resourceVersion: '5' })).read(1)).rejects.toMatchObject({ code });
    await expect((await watchScript([step])).read(1)).rejects.toMatchObject({ code });
  });

  it('ends without an error on an abort at any moment', async () => {
    const waiting = await watchScript([open()], { resourceVersion: '5' });
    const end = waiting.read(1);
    waiting.controller.abort();
    expect(await end).toEqual([]);

    const aborted = await watchScript([], { resourceVersion: '5' });
    aborted.controller.abort();
    expect(await aborted.read(1)).toEqual([]);
    expect(aborted.server.requests).toEqual([]);
  });

  it('closes its connection when the consumer stops reading', async () => {
    const closed = Promise.withResolvers<string>();
    const steps: Step[] = [
      (response, request) => {
        response.on('close', () => closed.resolve('closed'));
        open(added('a', '6'))(response, request);
      },
    ];
    const { events } = await watchScript(steps, { resourceVersion: '5' });
    for await (const event of events) {
      expect(event.type).toBe('added');
      break;
    }
    expect(await closed.promise).toBe('closed');
  });
});
