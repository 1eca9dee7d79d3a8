import { SoteriaError } from '@soteria/shared/errors.ts';
import { serve } from '@soteria/shared/function/serve.ts';
import { operationProgress } from '@soteria/shared/http-contract/console-answers.ts';
import type { WatchEvent, WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { createTestBench, type TestBenchOptions } from '../test-bench.ts';
import { type EventReader, readEvents } from '../testing/read-events.ts';

const readers: EventReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.cancel().catch(() => undefined);
});

type Bench = ReturnType<typeof createTestBench>;

async function follow({ app }: Bench, path: string, lastEventId?: string): Promise<EventReader> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const answer = await app.request(path, { headers });
  expect(answer.status).toBe(200);
  const reader = readEvents(answer);
  readers.push(reader);
  return reader;
}

async function move({ store }: Bench, name: string, status: object): Promise<void> {
  const operation = (await store.list({})).find(({ metadata }) => metadata.name === name);
  if (operation === undefined) throw new Error(`there is no Operation ${name}`);
  await store.replaceStatus(operation, { ...statusOf(operation), ...status });
}

describe('GET /v1/events', () => {
  it('reports each change as it happens, in the form that is declared', async () => {
    const bench = createTestBench();
    const answer = await bench.app.request('/v1/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect([answer.headers.get('cache-control'), answer.headers.get('x-accel-buffering')]).toEqual(['no-store', 'no']);
    const events = readEvents(answer);
    readers.push(events);
    expect((await events.next())?.event).toBe('connected');
    await bench.record('soteria-backup-a', { phase: 'Running', progress: 30, message: 'uploading' });
    expect(await events.take(1)).toEqual(['operation:progress soteria-backup-a Pending']);
    const running = await events.next();
    expect(operationProgress.parse(running?.data)).toMatchObject({ pvc: 'data', phase: 'Running', progress: 30 });
    expect(running?.id).toBe((await bench.store.list({}))[0]?.metadata.resourceVersion);
    await bench.client.delete(operations, { namespace: 'shop', name: 'soteria-backup-a' });
    expect((await events.next())?.event).toBe('operation:deleted');
  });

  it('answers HEAD without a viewer that nobody would ever end', async () => {
    const bench = createTestBench();
    await bench.record('soteria-backup-a');
    for (const path of ['/v1/events', '/v1/operations/soteria-backup-a/stream?namespace=shop']) {
      const answer = await bench.unchecked.request(path, { method: 'HEAD' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    }
    expect(bench.tools.streams.feed.viewers).toBe(0);
  });

  it('keeps to the namespace and the claim that are asked for', async () => {
    const bench = createTestBench();
    const ofShop = await follow(bench, '/v1/events?namespace=shop');
    const ofLogs = await follow(bench, '/v1/events?pvc=logs');
    await bench.record('soteria-backup-a', {}, { namespace: 'media' });
    await bench.record('soteria-backup-b', {}, { request: { pvc: 'logs' } });
    await bench.record('soteria-backup-c');
    expect(await ofShop.take(3)).toEqual([
      'connected',
      'operation:progress soteria-backup-b Pending',
      'operation:progress soteria-backup-c Pending',
    ]);
    expect(await ofLogs.take(2)).toEqual(['connected', 'operation:progress soteria-backup-b Pending']);
    expect((await bench.app.request('/v1/events?namespaces=shop')).status).toBe(400);
  });

  it('shows a viewer with rights in one namespace that namespace alone', async () => {
    const caller = { user: 'ann', groups: [], proof: 'token' } as const;
    const bench = createTestBench({ caller, env: { SOTERIA_AUTH_REQUIRED: 'true' }, grants: ['ann list shop'] });
    const all = await follow(bench, '/v1/events');
    const own = await follow(bench, '/v1/events?namespace=shop');
    await bench.record('soteria-backup-hidden', {}, { namespace: 'media' });
    await bench.record('soteria-backup-seen');
    for (const events of [all, own]) {
      expect(await events.take(2)).toEqual(['connected', 'operation:progress soteria-backup-seen Pending']);
    }
    expect((await bench.app.request('/v1/events?namespace=media')).status).toBe(403);
  });

  it('has no stream that outlives its right to see: when the API server cannot be asked, it ends', async () => {
    const caller = { user: 'ann', groups: [], proof: 'token' } as const;
    const bench = createTestBench({ caller, env: { SOTERIA_AUTH_REQUIRED: 'true' } });
    Object.assign(bench.tools, {
      seenBy: () => () => Promise.reject(new SoteriaError('cluster_unavailable', { what: 'w', why: 'y', fix: 'f' })),
    });
    const events = await follow(bench, '/v1/events');
    await bench.record('soteria-backup-a');
    expect(await events.take(3)).toEqual(['connected', 'end interrupted']);
  });

  it('feeds 100 viewers from one watch, which ends with the last of them', async () => {
    let watches = 0;
    let open = 0;
    const bench = createTestBench({
      watching: {
        async *watch(type, query, call) {
          watches += 1;
          open += 1;
          try {
            yield* bench.cluster.client.watch(type, query, call);
          } finally {
            open -= 1;
          }
        },
      },
    });
    const viewers = await Promise.all(Array.from({ length: 100 }, () => follow(bench, '/v1/events')));
    for (const viewer of viewers) await viewer.take(1);
    await bench.record('soteria-backup-a', { phase: 'Running' });
    for (const viewer of viewers) expect(await viewer.take(2)).toHaveLength(2);
    expect([watches, open, bench.tools.streams.feed.viewers]).toEqual([1, 1, 100]);
    for (const viewer of viewers) await viewer.cancel();
    await expect.poll(() => open).toBe(0);
    expect(bench.tools.streams.feed.viewers).toBe(0);
    const next = await follow(bench, '/v1/events');
    await next.take(1);
    expect(watches).toBe(2);
  });

  it('resumes after the last event that the viewer has seen', async () => {
    const bench = createTestBench();
    const other = await follow(bench, '/v1/events');
    const first = await follow(bench, '/v1/events');
    await bench.record('soteria-backup-a');
    await first.next();
    const seen = await first.next();
    await first.cancel();
    await bench.record('soteria-backup-b');
    expect(await other.take(3)).toHaveLength(3);
    const again = await follow(bench, '/v1/events', seen?.id);
    expect(await again.take(2)).toEqual(['connected', 'operation:progress soteria-backup-b Pending']);
  });

  it('resumes in a new process, which has seen nothing: its watch begins where the viewer was', async () => {
    const bench = createTestBench();
    const first = await follow(bench, '/v1/events');
    await bench.record('soteria-backup-a');
    await first.next();
    const seen = await first.next();
    await first.cancel();
    await expect.poll(() => bench.tools.streams.feed.viewers).toBe(0);
    await bench.record('soteria-backup-b');
    await bench.record('soteria-backup-c');
    const again = await follow(bench, '/v1/events', seen?.id);
    expect(await again.take(3)).toEqual([
      'connected',
      'operation:progress soteria-backup-b Pending',
      'operation:progress soteria-backup-c Pending',
    ]);
  });

  it('says "resync" to a viewer whose history is lost, or who names a version that does not exist', async () => {
    const bench = createTestBench();
    await bench.record('soteria-backup-a');
    const [{ metadata } = { metadata: { resourceVersion: '' } }] = await bench.store.list({});
    await bench.record('soteria-backup-b');
    bench.cluster.forgetHistory();
    const late = await follow(bench, '/v1/events', metadata.resourceVersion);
    expect(await late.take(2)).toEqual(['connected', 'resync']);
    const never = await follow(bench, '/v1/events', '99999999999999999999');
    expect(await never.take(2)).toEqual(['connected', 'resync']);
    await bench.record('soteria-backup-c');
    for (const events of [late, never]) {
      expect(await events.take(1)).toEqual(['operation:progress soteria-backup-c Pending']);
    }
  });

  it('goes on after a watch that the API server ends with 410', async () => {
    const gone: WatchEvent<never> = { type: 'resync', objects: [], resourceVersion: '900' };
    const broken: Pick<WatchingClient, 'watch'> = {
      async *watch(type, query, call) {
        yield gone;
        yield* bench.cluster.client.watch(type, query, call);
      },
    };
    const bench: Bench = createTestBench({ watching: broken });
    const events = await follow(bench, '/v1/events');
    expect((await events.take(2)).toSorted()).toEqual(['connected', 'resync']);
    await bench.record('soteria-backup-a');
    expect(await events.take(1)).toEqual(['operation:progress soteria-backup-a Pending']);
  });

  it('ends all streams when the watch is refused, and tries again with the next viewer', async () => {
    let isRefused = true;
    const bench: Bench = createTestBench({
      watching: {
        async *watch(type, query, call) {
          if (isRefused)
            throw new SoteriaError('cluster_forbidden', { what: 'no watch', why: 'no role', fix: 'grant it' });
          yield* bench.cluster.client.watch(type, query, call);
        },
      },
    });
    expect((await (await follow(bench, '/v1/events')).take(2)).at(-1)).toBe('end interrupted');
    isRefused = false;
    const events = await follow(bench, '/v1/events');
    await bench.record('soteria-backup-a');
    expect(await events.take(2)).toEqual(['connected', 'operation:progress soteria-backup-a Pending']);
  });

  it('disconnects a viewer that does not read, with bounded memory, and serves the others', async () => {
    const bench = createTestBench({ limits: { maxWaitingBytes: 4_096 } });
    const slow = await bench.app.request('/v1/events');
    const quick = await follow(bench, '/v1/events');
    await quick.take(1);
    for (let n = 0; n < 20; n += 1) await bench.record(`soteria-backup-${n}`);
    expect(await quick.take(20)).toHaveLength(20);
    expect(bench.tools.streams.feed.viewers).toBe(1);
    await expect(slow.text()).rejects.toThrow('too slowly');
  });

  it('sends heartbeats, and ends before the time limit of the platform', async () => {
    const events = await follow(createTestBench({ limits: { heartbeatMs: 5, lifeMs: 100 } }), '/v1/events');
    expect(await events.take(3)).toEqual(['connected', 'end time-limit']);
    expect(events.comments.length).toBeGreaterThan(2);
  });
});

describe('GET /v1/operations/{name}/stream', () => {
  it('sends the present state, each change, and ends with the Operation', async () => {
    const bench = createTestBench();
    await bench.record('soteria-backup-a', { phase: 'Running', progress: 10 });
    const events = await follow(bench, '/v1/operations/soteria-backup-a/stream');
    expect(await events.take(2)).toEqual(['connected', 'operation:progress soteria-backup-a Running']);
    await bench.record('soteria-backup-b');
    await move(bench, 'soteria-backup-a', { progress: 70 });
    expect((await events.next())?.data).toMatchObject({ name: 'soteria-backup-a', progress: 70 });
    await move(bench, 'soteria-backup-a', { phase: 'Succeeded', progress: 100 });
    expect(await events.take(3)).toEqual(['operation:progress soteria-backup-a Succeeded', 'end ended']);
    const ended = await follow(bench, '/v1/operations/soteria-backup-a/stream');
    expect(await ended.take(4)).toEqual(['connected', 'operation:progress soteria-backup-a Succeeded', 'end ended']);
  });

  it('ends when its Operation is deleted, and is refused for one that is not there', async () => {
    const bench = createTestBench();
    await bench.record('soteria-backup-a');
    const events = await follow(bench, '/v1/operations/soteria-backup-a/stream?namespace=shop');
    await events.take(2);
    await bench.client.delete(operations, { namespace: 'shop', name: 'soteria-backup-a' });
    expect(await events.take(3)).toEqual(['operation:deleted soteria-backup-a', 'end ended']);
    expect((await bench.app.request('/v1/operations/soteria-backup-a/stream')).status).toBe(404);
  });

  it('asks for the right to this Operation', async () => {
    const caller = { user: 'ann', groups: [], proof: 'token' } as const;
    const bench = createTestBench({ caller, env: { SOTERIA_AUTH_REQUIRED: 'true' }, grants: ['ann get shop'] });
    await bench.record('soteria-backup-a');
    await (await follow(bench, '/v1/operations/soteria-backup-a/stream?namespace=shop')).take(2);
    expect((await bench.app.request('/v1/operations/soteria-backup-a/stream?namespace=media')).status).toBe(403);
    expect((await bench.app.request('/v1/operations/soteria-backup-a/stream')).status).toBe(403);
  });
});

describe('over a socket', () => {
  async function open(options: TestBenchOptions = {}) {
    const bench = createTestBench(options);
    const served = await serve(bench.app, { listenAddr: '127.0.0.1:0', drainMs: 5_000 });
    const headers = new Headers();
    const answer = await fetch(`http://${served.address}/v1/events`, { headers });
    const events = readEvents(answer);
    readers.push(events);
    expect(await events.take(1)).toEqual(['connected']);
    return { bench, served, events };
  }

  it('a process that is being stopped ends its streams at once, whole, and waits for nothing more', async () => {
    const stopping = new AbortController();
    const { bench, served, events } = await open({ stopping: stopping.signal });
    await bench.record('soteria-backup-a');
    expect(await events.take(1)).toEqual(['operation:progress soteria-backup-a Pending']);
    const startedAt = performance.now();
    const drained = served.drain();
    stopping.abort();
    expect(await events.take(3)).toEqual(['end stopping']);
    await drained;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(bench.tools.streams.feed.viewers).toBe(0);
  });

  it('a viewer that hangs up is forgotten', async () => {
    const { bench, served, events } = await open();
    await events.cancel();
    await expect.poll(() => bench.tools.streams.feed.viewers).toBe(0);
    await served.drain();
  });
});
