/** Slots through the doors: who waits, who is next, and that nobody has to come by for the queue to move. */
import { createAdaptorServer } from '@hono/node-server';
import { placeInQueue } from '@soteria/shared/operation/queue/place-in-queue.ts';
import { slotsName } from '@soteria/shared/operation/queue/slots.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';

function open(claims: readonly string[]) {
  const bench = createTestBench();
  for (const name of claims) bench.addClaim(name);
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

async function ask(bench: Bench, pvc: string) {
  bench.pass(1_000);
  return (await bench.http.post('/v1/backup').send({ namespace: 'shop', pvc }).expect(202)).body;
}

async function view(bench: Bench, name: string) {
  const operation = await bench.store.get({ namespace: 'shop', name });
  if (operation === undefined) throw new Error(`there is no Operation ${name}`);
  const [entries, all] = [await bench.tools.slots.entries(), await bench.store.list({ namespace: 'shop' })];
  return { phase: operation.status?.phase, queue: placeInQueue(operation, entries, all) };
}

/** Longhorn moves, and its source tells of the objects of running operations: no sweep comes by. */
async function moveAndTell(bench: Bench): Promise<number> {
  bench.longhorn.step();
  bench.pass(2_000);
  const running = await bench.store.list({ fieldSelector: 'status.phase=Running' });
  for (const { status } of running) {
    for (const kind of ['Snapshot', 'Backup']) {
      await bench.http
        .post('/')
        .set({
          'ce-specversion': '1.0',
          'ce-id': crypto.randomUUID(),
          'ce-source': 'https://10.96.0.1:443',
          'ce-type': 'dev.knative.apiserver.ref.update',
        })
        .send({ apiVersion: 'longhorn.io/v1beta2', kind, namespace: 'longhorn-system', name: status?.work?.snapshot })
        .expect(204);
    }
  }
  return running.length;
}

async function slotHolders({ cluster }: Bench): Promise<string[]> {
  const config = await cluster.client.get(configMaps, { namespace: 'soteria', name: slotsName });
  return Object.values(config?.data ?? {}).map((json) => (JSON.parse(json) as { name: string }).name);
}

describe('the queue for slots', () => {
  it('tells who waits for what and at which place, and starts the next when one ends', async () => {
    const bench = open(['one', 'two', 'three', 'four']);
    const [one, two, three, four] = [
      await ask(bench, 'one'),
      await ask(bench, 'two'),
      await ask(bench, 'three'),
      await ask(bench, 'four'),
    ];
    expect([one.phase, two.phase, three.phase, four.phase]).toEqual(['Running', 'Running', 'Pending', 'Pending']);
    expect(three.message).toBe('waits for a slot: 2 of 2 slots in the cluster are in use');
    expect((await view(bench, one.operation)).queue).toBeUndefined();
    expect((await view(bench, four.operation)).queue).toEqual({ place: 2, waits_for: three.message });

    await bench.cancel(one.operation);
    expect((await view(bench, three.operation)).phase).toBe('Running');
    expect((await view(bench, four.operation)).queue?.place).toBe(1);
    expect(new Set(await slotHolders(bench))).toEqual(new Set([three.operation, two.operation]));
  });

  it('lets a younger one of another claim pass whose predecessor is still running', async () => {
    const bench = open(['one', 'two', 'three']);
    const first = await ask(bench, 'one');
    await ask(bench, 'two');
    for (let round = 0; round < 2; round += 1) await moveAndTell(bench);
    const second = await ask(bench, 'one');
    const third = await ask(bench, 'three');
    expect(second.message).toContain(`waits for ${first.operation}`);
    const [, two] = await bench.store.list({ fieldSelector: 'status.phase=Running' });
    await bench.cancel(two?.metadata.name ?? '');
    expect((await view(bench, third.operation)).phase).toBe('Running');
    expect((await view(bench, second.operation)).phase).toBe('Pending');
  });

  it('empties itself: 25 claims over two slots, without a sweep, never more than two at once', async () => {
    const claims = Array.from({ length: 25 }, (_, index) => `claim-${index}`);
    const bench = open(claims);
    for (const name of claims) await ask(bench, name);
    let most = 0;
    for (let round = 0; round < 120; round += 1) {
      const running = await moveAndTell(bench);
      if (running === 0) break;
      most = Math.max(most, running);
    }
    const all = await bench.store.list({ namespace: 'shop' });
    expect(all.map(({ status }) => status?.phase)).toEqual(all.map(() => 'Succeeded'));
    expect(all.every(({ status }) => isTerminal(status?.phase) && status?.settled === true)).toBe(true);
    expect(most).toBe(2);
    expect(await slotHolders(bench)).toEqual([]);
  });
});
