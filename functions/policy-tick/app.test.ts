import { deadLettersName } from '@soteria/shared/events/dead-letters.ts';
import { describe, expect, it, vi } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { findJsonFault } from '@soteria/shared/strict-json.ts';
import { busySweepName } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { createTestBench } from './test-bench.ts';

type Bench = ReturnType<typeof createTestBench>;

async function record({ store, pass }: Bench, name: string, status?: Partial<OperationStatus>) {
  pass(1_000);
  const spec = { kind: 'Backup', request: { pvc: name } } as const;
  const made = await store.create({ namespace: 'shop', name, spec });
  if (status === undefined) return made;
  return store.replaceStatus(made, { phase: 'Pending', progress: 0, message: '', steps: [], ...status });
}

function post({ app }: Bench, path: string, attributes: Record<string, string>, body: string) {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  return app.request(path, {
    method: 'POST',
    headers: { 'ce-specversion': '1.0', 'content-type': 'application/json', ...headers },
    body,
  });
}

async function ping(bench: Bench, source = 'sweep', status = 204) {
  const path = `/apis/v1/namespaces/soteria/pingsources/${source}`;
  const answer = await post(
    bench,
    '/',
    { id: crypto.randomUUID(), source: path, type: 'dev.knative.sources.ping' },
    '{}',
  );
  expect(answer.status).toBe(status);
  return answer;
}

function busySweep({ client }: Bench) {
  return client.get(pingSources, { namespace: 'soteria', name: busySweepName });
}

const holder = (name: string, uid: string) => ({ uid, namespace: 'shop', name, function: 'backup', kind: 'Backup' });

describe('the sweep', () => {
  it('points out what is open, purges what is old, gives back the slots of the dead', async () => {
    const bench = createTestBench();
    await record(bench, 'open', { phase: 'Running' });
    const old = { phase: 'Failed', settled: true, finishedAt: '2026-08-01T00:00:00Z' } as const;
    const dead = await record(bench, 'old', old);
    await bench.slots.enter(holder('old', dead.metadata.uid), { on: 'volume', key: 'v', mode: 'shared' });
    await bench.slots.enter(holder('ghost', 'ghost'), { on: 'volume', key: 'w', mode: 'shared' });
    await ping(bench);
    // The ghost may have left more than its slot.
    expect(bench.published.map(({ type, extensions }) => [type, extensions])).toEqual([
      ['dev.soteria.operation.due.v1', { name: 'open', operationkind: 'backup' }],
      ['dev.soteria.leftovers.due.v1', { function: 'backup' }],
      ['dev.soteria.leftovers.due.v1', { function: 'restore' }],
      ['dev.soteria.leftovers.due.v1', { function: 'policy-tick' }],
    ]);
    expect((await bench.store.list({})).map(({ metadata }) => metadata.name)).toEqual(['open']);
    expect(await bench.slots.entries()).toEqual([]);
  });

  it('reads the Operations once, for itself and for the evaluation of the policies', async () => {
    const bench = createTestBench();
    await record(bench, 'open', { phase: 'Running' });
    const data = { 'p.json': JSON.stringify({ id: 'nightly', schedule: '0 2 * * *', namespaceSelector: {} }) };
    const metadata = { namespace: 'soteria', name: 'policies', labels: { 'soteria.dev/policies': '' } };
    await bench.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    const list = vi.spyOn(bench.store, 'list');
    await ping(bench);
    expect(list).toHaveBeenCalledOnce();
    await ping(bench, 'tick-1');
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('lists the Operations once, and deletes nothing, where nothing is open and no busy sweep is there', async () => {
    const bench = createTestBench();
    const list = vi.spyOn(bench.store, 'list');
    const remove = vi.spyOn(bench.client, 'delete');
    await ping(bench);
    expect(list).toHaveBeenCalledOnce();
    expect(remove).not.toHaveBeenCalled();
  });

  it('says in the coverage that nothing was evaluated yet', async () => {
    const answer = await createTestBench().app.request('/v1/coverage');
    expect(await answer.json()).toMatchObject({ claims: 0, percent: null, evaluated_at: null, items: [] });
  });

  it('sends a heartbeat after each complete evaluation, and none after one that failed', async () => {
    const heartbeats: unknown[] = [];
    const bench = createTestBench({ onHeartbeat: (evaluated) => heartbeats.push(evaluated) });
    await ping(bench);
    expect(heartbeats).toEqual([{ overdue: 0 }]);
    vi.spyOn(bench.client, 'list').mockRejectedValue(new Error('the API server is away'));
    await ping(bench, 'tick-1', 503);
    expect(heartbeats).toHaveLength(1);
  });

  it('comes every two minutes while something is open, and no longer', async () => {
    const bench = createTestBench();
    const one = await record(bench, 'one', { phase: 'Running' });
    await ping(bench);
    expect(await busySweep(bench)).toMatchObject({ spec: { schedule: '*/2 * * * *' } });
    await ping(bench, busySweepName);
    expect(await busySweep(bench)).toBeDefined();
    const current = await bench.store.get({ namespace: 'shop', name: 'one' });
    await bench.store.replaceStatus(current ?? one, {
      phase: 'Succeeded',
      progress: 100,
      message: '',
      steps: [],
      settled: true,
      finishedAt: bench.now().toISOString(),
    });
    await ping(bench, busySweepName);
    expect(await busySweep(bench)).toBeUndefined();
    await ping(bench);
    expect(await busySweep(bench)).toBeUndefined();
  });
});

describe('a sweep whose sink refuses an event', () => {
  const refused = (isRetryable: boolean) =>
    new SoteriaError(isRetryable ? 'cluster_unavailable' : 'cluster_refused', {
      what: 'the event was not sent',
      why: 'the sink refuses it',
      fix: 'see the sink',
    });

  it.each([
    ['for good', false, 204],
    ['for now', true, 503],
  ])('does everything else all the same, refused %s', async (_title, isRetryable, status) => {
    const bench = createTestBench({
      onPublish: (type) => {
        if (type === 'dev.soteria.operation.due.v1') throw refused(isRetryable);
      },
    });
    await record(bench, 'open', { phase: 'Running' });
    await record(bench, 'open-too', { phase: 'Running' });
    await record(bench, 'old', { phase: 'Failed', settled: true, finishedAt: '2026-08-01T00:00:00Z' });
    await bench.slots.enter(holder('ghost', 'ghost'), { on: 'volume', key: 'w', mode: 'shared' });
    expect((await ping(bench, 'sweep', status)).status).toBe(status);
    expect((await bench.store.list({})).map(({ metadata }) => metadata.name)).toEqual(['open', 'open-too']);
    expect(bench.published.map(({ extensions }) => extensions?.['function'])).toEqual([
      'backup',
      'restore',
      'policy-tick',
    ]);
    expect(await busySweep(bench)).toBeDefined();
  });

  it('stops to come every two minutes when nothing is open', async () => {
    const bench = createTestBench({
      onPublish: () => {
        throw refused(true);
      },
    });
    await bench.client.create(pingSources, {
      apiVersion: 'sources.knative.dev/v1',
      kind: 'PingSource',
      metadata: { name: busySweepName, namespace: 'soteria' },
    });
    await ping(bench, busySweepName, 503);
    expect(await busySweep(bench)).toBeUndefined();
  });
});

const lost = {
  id: 'request-1',
  source: '/ariadne',
  type: 'dev.soteria.backup.requested.v1',
  time: '2026-08-19T00:00:00Z',
  correlationid: 'root',
  soteriasignature: 'abc',
  soteriauser: 'alice',
  knativeerrorcode: '422',
  knativeerrordata: Buffer.from('claim gone').toString('base64'),
};

const box = { namespace: 'soteria', name: deadLettersName };

async function letters(bench: Bench) {
  return ((await (await bench.app.request('/v1/dead-letters')).json()) as { items: Record<string, unknown>[] }).items;
}

it('refuses a list of dead letters with a parameter that the route does not have', async () => {
  const answer = await createTestBench().app.request('/v1/dead-letters?limit=5');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_request', why: expect.stringContaining('"limit"') });
});

describe('a dead letter', () => {
  it('is kept once, counted, listed and replayed as the stranger’s request it was', async () => {
    const bench = createTestBench();
    for (let times = 0; times < 2; times += 1) {
      expect((await post(bench, '/dead-letters', lost, '{"namespace":"shop","pvc":"data"}')).status).toBe(204);
    }
    const [letter, ...more] = await letters(bench);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      reason: '422 claim gone',
      count: 2,
      replayable: true,
      event: { id: 'request-1', source: '/ariadne', data: { namespace: 'shop', pvc: 'data' } },
    });
    const replayed = await bench.app.request(`/v1/dead-letters/${String(letter?.['id'])}/replay`, { method: 'POST' });
    expect(replayed.status).toBe(202);
    expect(bench.resent).toMatchObject([{ id: 'request-1', source: '/ariadne', data: { pvc: 'data' } }]);
    expect(await letters(bench)).toEqual([]);
    const again = await bench.app.request(`/v1/dead-letters/${String(letter?.['id'])}/replay`, { method: 'POST' });
    expect(again.status).toBe(404);
  });

  it('stays when its replay is refused again before the letter is removed', async () => {
    const bench: Bench = createTestBench({
      onResend: () => post(bench, '/dead-letters', lost, '{"namespace":"shop","pvc":"data"}'),
    });
    await post(bench, '/dead-letters', lost, '{"namespace":"shop","pvc":"data"}');
    const [letter] = await letters(bench);
    const replayed = await bench.app.request(`/v1/dead-letters/${String(letter?.['id'])}/replay`, { method: 'POST' });
    expect(replayed.status).toBe(202);
    expect(await letters(bench)).toMatchObject([{ event: { id: 'request-1' }, count: 2 }]);
  });

  it('that is too large is named, but not kept whole', async () => {
    const bench = createTestBench();
    await post(bench, '/dead-letters', lost, JSON.stringify({ text: 'x'.repeat(70_000) }));
    const [letter] = await letters(bench);
    expect(letter).toMatchObject({ replayable: false, event: { data: null } });
    const replayed = await bench.app.request(`/v1/dead-letters/${String(letter?.['id'])}/replay`, { method: 'POST' });
    expect(replayed.status).toBe(422);
    expect(bench.resent).toEqual([]);
  });

  it('with an attribute that is too long is kept all the same', async () => {
    const bench = createTestBench();
    expect((await post(bench, '/dead-letters', { ...lost, comment: 'x'.repeat(5_000) }, '{}')).status).toBe(204);
    expect(await letters(bench)).toMatchObject([{ replayable: false, event: { id: 'request-1' } }]);
  });

  it('with text that no list may hold is kept readable, and not replayed', async () => {
    const bench = createTestBench();
    expect((await post(bench, '/dead-letters', { ...lost, comment: 'a%00' }, String.raw`"\ud83d"`)).status).toBe(204);
    expect(await letters(bench)).toMatchObject([{ replayable: false, event: { data: String.raw`"\ud83d"` } }]);
    const [json] = Object.values((await bench.client.get(configMaps, box))?.data ?? {});
    expect(findJsonFault(json ?? '')).toBeUndefined();
  });

  it('is kept although no Kubernetes Event can be made of it', async () => {
    const bench = createTestBench();
    const create = bench.client.create.bind(bench.client);
    vi.spyOn(bench.client, 'create').mockImplementation((type, ...rest) => {
      if (type.kind !== 'Event') return create(type, ...rest);
      throw new SoteriaError('cluster_refused', { what: 'no Event was made', why: 'a quota', fix: 'raise it' });
    });
    expect((await post(bench, '/dead-letters', lost, '{}')).status).toBe(204);
    expect(await letters(bench)).toHaveLength(1);
  });

  it('becomes a Kubernetes Event, at most ten in a minute', async () => {
    const bench = createTestBench();
    const create = vi.spyOn(bench.client, 'create');
    const told = () => create.mock.calls.filter(([type]) => type.kind === 'Event').length;
    for (let count = 0; count < 12; count += 1) await post(bench, '/dead-letters', { ...lost, id: `r-${count}` }, '{}');
    expect(told()).toBe(10);
    bench.pass(60_000);
    await post(bench, '/dead-letters', { ...lost, id: 'later' }, '{}');
    expect(told()).toBe(11);
    expect(await letters(bench)).toHaveLength(13);
  });

  it('makes room for newer ones: all of them together stay below what a ConfigMap holds', async () => {
    const bench = createTestBench();
    for (let count = 0; count < 20; count += 1) {
      bench.pass(1_000);
      await post(bench, '/dead-letters', { ...lost, id: `r-${count}` }, JSON.stringify({ text: 'x'.repeat(60_000) }));
    }
    const kept = await letters(bench);
    expect(kept).toHaveLength(8);
    expect(kept[0]).toMatchObject({ event: { id: 'r-19' } });
  });
});
