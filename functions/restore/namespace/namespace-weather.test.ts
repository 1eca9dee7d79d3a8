/** What may happen to the restore of a namespace while it runs: a catalogue that vanishes, children that are deleted, many claims. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { backups } from '@soteria/shared/longhorn/resource-types.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { describe, expect, it, vi } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { restoredFromAnnotation } from '../../../drivers/restore/about-operation.ts';
import { backupObject, createTestBench, silent, type TestBench, withParts } from '../test-bench.ts';
import { problemOf } from '@soteria/shared/operation/many/problem.ts';

vi.setConfig({ testTimeout: 60_000 });

const parent = { namespace: 'shop', name: 'soteria-restore-namespace-shop-x' };

function open(count: number) {
  const bench = createTestBench();
  const seeds = Array.from({ length: count }, (_, index) => ({
    name: `point-${index}`,
    at: '2026-01-27T02:00:00Z',
    pvc: `c-${String(index).padStart(3, '0')}`,
  }));
  bench.seedBackups(...seeds);
  return { ...bench, seeds };
}

function ask({ store }: TestBench, request: object = {}): Promise<Operation> {
  const spec = {
    kind: 'NamespaceRestore' as const,
    request: { namespace: 'shop', nameSuffix: '-copy', ...request },
  };
  return store.create({ ...parent, spec });
}

const isOpen = ({ status }: Operation) => !isTerminal(status?.phase);
const read = async ({ store }: TestBench) => (await store.get(parent))?.status;
const childrenOf = async ({ store }: TestBench) =>
  (await store.list({ namespace: 'shop' })).filter(({ spec }) => spec.kind === 'Restore');

/** As its own events would: whoever has something to do is looked at. */
async function round(bench: TestBench): Promise<void> {
  bench.pass(2_000);
  await bench.step();
  const all = await bench.store.list({ namespace: 'shop' });
  for (const { metadata } of all.filter((one) => one.status?.settled !== true)) {
    await advanceOperation(bench.tools, { namespace: 'shop', name: metadata.name }, { log: silent }).catch(
      (error: unknown) => {
        if (!(error instanceof SoteriaError && error.isRetryable)) throw error;
      },
    );
  }
}

async function runToEnd(bench: TestBench, rounds: number): Promise<number> {
  let mostOpen = 0;
  for (let count = 0; count < rounds; count += 1) {
    await round(bench);
    mostOpen = Math.max(mostOpen, (await childrenOf(bench)).filter(isOpen).length);
    if (isTerminal((await read(bench))?.phase)) break;
  }
  return mostOpen;
}

describe('the restore of a namespace', () => {
  it('of 200 claims brings all of them back, eight at a time', async () => {
    const bench = open(200);
    await ask(bench);
    const mostOpen = await runToEnd(bench, 400);
    expect(await read(bench)).toMatchObject({
      phase: 'Succeeded',
      result: { claimsRestored: 200, claimsFailed: 0, claimsWithoutPoint: 0, problems: [] },
    });
    expect(mostOpen).toBeLessThanOrEqual(8);
    expect(await childrenOf(bench)).toHaveLength(200);
    expect(await bench.everythingMade()).toHaveLength(600);
  });

  it('lists the points for several children at a time, and all children once', async () => {
    const bench = open(40);
    const { store, longhorn } = bench.parts;
    const asked = { points: 0, all: 0 };
    const counted = withParts(bench, {
      longhorn: {
        ...longhorn,
        backups: {
          ...longhorn.backups,
          list: (...given: Parameters<typeof longhorn.backups.list>) => {
            asked.points += 1;
            return longhorn.backups.list(...given);
          },
        },
      },
      store: {
        ...store,
        listChildren: (...given: Parameters<typeof store.listChildren>) => {
          if (!given[1].isOpen) asked.all += 1;
          return store.listChildren(...given);
        },
      },
    });
    Object.assign(bench.tools, counted);
    await ask(bench);
    await runToEnd(bench, 100);
    expect(await read(bench)).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 40 } });
    expect(asked.points).toBeLessThanOrEqual(40 / 3 + 2);
    expect(asked.all).toBe(1);
  });

  it('of 150 claims whose names are taken ends all the same, and tells a hundred of them', async () => {
    const bench = open(150);
    for (const { pvc } of bench.seeds) {
      await bench.client.create(persistentVolumeClaims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { namespace: 'shop', name: `${pvc}-copy` },
      });
    }
    const said: string[] = [];
    Object.assign(bench.tools, {
      wakeOther: ({ metadata }: Operation, saying: string) =>
        Promise.resolve(metadata.name === parent.name ? void said.push(saying) : undefined),
    });
    await ask(bench);
    await runToEnd(bench, 60);
    const status = await read(bench);
    expect(status).toMatchObject({ phase: 'Failed', result: { claimsRestored: 0, claimsFailed: 150 } });
    // A consumer may drop an event whose id it has seen: each request for another look has an id of its own.
    expect(said.length).toBeGreaterThan(5);
    expect(new Set(said).size).toBe(said.length);
    expect(status?.result?.problems).toHaveLength(100);
    expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(64 * 1024);
  });

  it.each([1, 2, 3])(
    'waits for a catalogue that vanishes after %i rounds of many, and then goes on',
    async (rounds) => {
      const bench = open(40);
      await ask(bench);
      for (let count = 0; count < rounds; count += 1) await round(bench);
      for (const { name } of bench.seeds) await bench.client.delete(backups, { namespace: 'longhorn-system', name });
      for (let count = 0; count < 20; count += 1) await round(bench);
      expect((await read(bench))?.phase).toBe('Running');
      bench.cluster.seed(...bench.seeds.map(backupObject));
      await runToEnd(bench, 60);
      expect(await read(bench)).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 40 } });
    },
  );

  it('does not take a claim that is still being made for one that is restored', async () => {
    const bench = open(2);
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        namespace: 'shop',
        name: 'c-000-copy',
        labels: { [temporaryLabel]: 'true' },
        annotations: { [restoredFromAnnotation]: 'longhorn:default/point-0' },
      },
      status: { phase: 'Bound' },
    });
    await ask(bench);
    await runToEnd(bench, 30);
    expect(await read(bench)).toMatchObject({
      phase: 'Failed',
      result: { claimsRestored: 1, claimsFailed: 1, problems: [expect.stringContaining('c-000-copy exists')] },
    });
  });

  it('does not make a deleted child again, and says that it is missing', async () => {
    const bench = open(3);
    await ask(bench);
    await round(bench);
    const [child] = await childrenOf(bench);
    await bench.client.delete(operations, { namespace: 'shop', name: child?.metadata.name ?? '' });
    await runToEnd(bench, 40);
    expect(await read(bench)).toMatchObject({
      phase: 'Failed',
      result: {
        claimsRestored: 2,
        claimsFailed: 1,
        problems: [expect.stringMatching(/1 of its restores was deleted/)],
      },
    });
    expect(await childrenOf(bench)).toHaveLength(2);
  });

  it('tells of a claim whose new name no claim can have, and of one that the cluster refuses', async () => {
    const bench = open(3);
    bench.cluster.onAdmit(operations, ({ operation, object }) => {
      const { request } = (object as unknown as Operation).spec;
      return operation === 'CREATE' && request.targetPvc === 'c-001-'.padEnd(20, 'x')
        ? { refuse: { code: 422, message: 'not on a Friday' } }
        : undefined;
    });
    bench.seedBackups({ name: 'long', at: '2026-01-27T02:00:00Z', pvc: 'd'.repeat(250) });
    await ask(bench, { nameSuffix: '-'.padEnd(15, 'x') });
    await runToEnd(bench, 40);
    expect(await read(bench)).toMatchObject({
      phase: 'Failed',
      result: {
        claimsRestored: 2,
        claimsWithoutPoint: 2,
        problems: [expect.stringContaining('not on a Friday'), expect.stringContaining('no claim can have the name')],
      },
    });
  });

  it('takes an instant to come for now: what is backed up meanwhile is not of this set', async () => {
    const bench = open(20);
    await ask(bench, { asOf: '2030-01-01T00:00:00Z' });
    await round(bench);
    bench.cluster.seed(
      ...bench.seeds.map(({ pvc }) => backupObject({ name: `later-${pvc}`, at: '2026-02-20T00:00:00Z', pvc })),
    );
    await runToEnd(bench, 80);
    const restored = (await childrenOf(bench)).map(({ status }) => status?.work?.backup ?? '');
    expect(restored.filter((name) => name.startsWith('later'))).toEqual([]);
    expect(await read(bench)).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 20 } });
  });
});

it('keeps what is reported of one claim short, however long its name', () => {
  expect(problemOf('p'.repeat(253), 'w'.repeat(2_000)).length).toBeLessThanOrEqual(400);
});
