/**
 * Any order, any duplicates, any crash converges: generated histories of wake-ups against the in-memory cluster, with the process
 * killed before or after any single call, and with somebody else who wants the same name.
 */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { heldByLabel, temporaryLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { restoredVolumeName } from '@soteria/shared/operation/record/names.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { type AdvanceTools, advanceOperation } from './advance.ts';
import { tidyLeftovers } from './doors/wake.ts';
import type { ProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import { createTestBench, silent, type TestBench, withParts } from './test-bench.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';

// Hundreds of generated histories: on a busy machine more than the five seconds a test has.
vi.setConfig({ testTimeout: 60_000 });

function setUp() {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  const killer = createKiller();
  const { store, longhorn, restores, cluster, claims } = bench.parts;
  const guarded = killer.guard({ store, longhorn, restores, cluster, claims, slots: bench.tools.slots });
  const tools: AdvanceTools = {
    ...withParts(bench, guarded),
    slots: guarded.slots,
    announce: killer.guard({ send: bench.tools.announce }).send,
  };
  return { ...bench, bench, parts: { ...bench.parts, ...guarded }, tools, killer };
}

type World = ReturnType<typeof setUp>;

async function ask({ store }: Pick<TestBench, 'store'>, name: string, request: OperationRequest = {}): Promise<string> {
  const made = await store.create({
    namespace: 'shop',
    name,
    spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2', ...request } },
  });
  return made.metadata.name;
}

async function wakeAll({ tools, store }: World): Promise<void> {
  for (const { metadata } of await store.list({ namespace: 'shop' })) {
    try {
      await advanceOperation(tools, { namespace: 'shop', name: metadata.name }, { log: silent });
    } catch (error) {
      // A killed process says nothing; a transient refusal is redelivered: both are the next wake-up's.
      if (!(error instanceof Killed) && !(error instanceof SoteriaError && error.isRetryable)) throw error;
    }
  }
}

async function clearWeather(world: World, rounds = 14): Promise<void> {
  world.killer.disarm();
  for (let round = 0; round < rounds; round += 1) {
    world.pass(1_500);
    await wakeAll(world);
    await world.step();
  }
}

/** Nobody is held, nobody has a slot, nothing of ours is marked as temporary. */
async function expectNothingLeft(world: World): Promise<void> {
  const backup = await world.tools.selfTest.port.backups.get('point');
  expect(backup?.marks[heldByLabel]).toBeUndefined();
  expect(await world.slots.entries()).toEqual([]);
  const made = await world.client.list(volumes);
  expect(made.items.filter(({ metadata }) => metadata.labels?.[temporaryLabel] !== undefined)).toEqual([]);
  expect(made.items.filter(({ metadata }) => metadata.labels?.[watchLabel] !== undefined)).toEqual([]);
}

const move = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      after: fc.integer({ min: 0, max: 30 }),
      isAfter: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
);

async function play(world: World, moves: readonly (typeof move extends fc.Arbitrary<infer Move> ? Move : never)[]) {
  for (const one of moves) {
    world.pass(1_500);
    if (one.do === 'step') await world.step();
    if (one.do === 'kill') world.killer.arm(one.after, one.isAfter);
    if (one.do !== 'step') await wakeAll(world);
    world.killer.disarm();
  }
}

/** The function has no right to look at Jobs where the claims of plain restores are. */
const refuse = () => Promise.reject(new Error('a plain restore has no Jobs'));
const mayNotBeAsked: ProofJobs = { get: refuse, create: refuse, delete: refuse, whyNot: refuse };

describe('a restore, whatever happens to the process', () => {
  it('ends in one bound claim of the source’s shape, with its facts sent and nothing temporary left, also after a failed volume', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 25 }), fc.integer({ min: 0, max: 1 }), async (moves, faults) => {
        const world = setUp();
        world.faults.isFaulted = faults;
        const name = await ask(world, 'soteria-restore-data-1');
        await play(world, moves);
        await clearWeather(world);

        const operation = await world.store.get({ namespace: 'shop', name });
        expect(operation?.status).toMatchObject({
          phase: 'Succeeded',
          settled: true,
          result: { claim: 'data-2', backup: 'point', dataAsOf: '2026-01-30T01:00:00Z' },
        });
        const claim = await world.getClaim('data-2');
        expect(claim?.metadata.labels).toMatchObject({ app: 'shop', 'soteria.dev/managed': 'true' });
        expect(claim?.metadata.labels?.[temporaryLabel]).toBeUndefined();
        expect(claim?.status?.phase).toBe('Bound');
        expect(await world.everythingMade()).toHaveLength(3);
        expect(world.announced).toContain(`${name} completed`);
        await expectNothingLeft(world);
      }),
      { numRuns: 120 },
    );
  });

  it('is done where a workload that waited for the claim has the volume at once', async () => {
    const world = setUp();
    world.faults.hasEagerWorkload = true;
    const name = await ask(world, 'soteria-restore-data-1');
    await clearWeather(world);
    expect((await world.store.get({ namespace: 'shop', name }))?.status?.phase).toBe('Succeeded');
    await expectNothingLeft(world);
  });

  it('is whole or leaves nothing when it is deleted at any step: the look for leftovers finds them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 6 }), fc.nat({ max: 30 }), fc.boolean(), async (steps, killAfter, isAfter) => {
        const world = setUp();
        const name = await ask(world, 'soteria-restore-data-1');
        for (let step = 0; step < steps; step += 1) {
          await wakeAll(world);
          await world.step();
        }
        world.killer.arm(killAfter, isAfter);
        await wakeAll(world);
        const open = await world.store.get({ namespace: 'shop', name });
        if (open !== undefined) await world.store.withdraw(open);
        // No event tells of any of it; the first to look dies at it.
        for (const look of [1, 2, 3]) {
          world.killer.disarm();
          if (look === 1) world.killer.arm(killAfter % 7, isAfter);
          await tidyLeftovers(withParts({ ...world, tools: world.bench.tools }, { proofs: mayNotBeAsked }), {
            log: silent,
          }).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
          await world.step();
        }
        const claim = await world.getClaim('data-2');
        const isDone = claim !== undefined && claim.metadata.labels?.[temporaryLabel] === undefined;
        expect(await world.everythingMade()).toHaveLength(isDone ? 3 : 0);
        const made = (await world.client.list(volumes)).items;
        expect(made.filter(({ metadata }) => metadata.labels?.[temporaryLabel] !== undefined)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('leaves nothing behind when it is cancelled at any step, or is done', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 6 }),
        fc.nat({ max: 30 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, killAfter, isAfter, isKilledBefore) => {
          const world = setUp();
          const name = await ask(world, 'soteria-restore-data-1');
          if (isKilledBefore) world.killer.arm(killAfter, isAfter);
          for (let step = 0; step < steps; step += 1) {
            world.pass(1_500);
            await wakeAll(world);
            world.killer.disarm();
            await world.step();
          }
          await world.store.requestCancel({ namespace: 'shop', name });
          world.killer.arm(killAfter, isAfter);
          await wakeAll(world);
          await clearWeather(world);

          const ended = await world.store.get({ namespace: 'shop', name });
          expect(ended?.status?.settled).toBe(true);
          const isDone = ended?.status?.phase === 'Succeeded';
          if (!isDone) expect(ended?.status?.phase).toBe('Cancelled');
          expect(await world.everythingMade()).toHaveLength(isDone ? 3 : 0);
          await expectNothingLeft(world);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never touches a claim that somebody else makes in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 30 }), fc.boolean(), fc.nat({ max: 3 }), async (killAfter, isAfter, steps) => {
        const world = setUp();
        const name = await ask(world, 'soteria-restore-data-1');
        world.killer.arm(killAfter, isAfter);
        await wakeAll(world);
        world.killer.disarm();
        for (let step = 0; step < steps; step += 1) await world.step();
        const theirs = {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data-2', namespace: 'shop', labels: { owner: 'somebody' } },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        };
        const isFirst = await world.client.create(persistentVolumeClaims, theirs).then(
          () => true,
          () => false,
        );
        await clearWeather(world);

        const operation = await world.store.get({ namespace: 'shop', name });
        const claim = await world.getClaim('data-2');
        if (isFirst) {
          expect(claim?.metadata.labels).toEqual({ owner: 'somebody' });
          expect(operation?.status).toMatchObject({ phase: 'Failed', error: { code: 'target_exists' } });
          expect(await world.everythingMade()).toEqual(['PersistentVolumeClaim data-2']);
        } else expect(operation?.status?.phase).toBe('Succeeded');
        await expectNothingLeft(world);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['PersistentVolume', 'v1', undefined],
    ['Volume', 'longhorn.io/v1beta2', 'longhorn-system'],
  ])('never touches a %s of somebody else’s that has its name', async (kind, apiVersion, namespace) => {
    const world = setUp();
    const name = await ask(world, 'soteria-restore-data-1');
    const operation = await world.store.get({ namespace: 'shop', name });
    const taken = restoredVolumeName('data-2', operation?.metadata.uid ?? '');
    const labels = { [temporaryLabel]: 'true', 'soteria.dev/operation-uid': 'somebody-else' };
    world.cluster.seed({
      apiVersion,
      kind,
      metadata: { name: taken, labels, ...(namespace === undefined ? {} : { namespace }) },
      spec: {},
      ...(namespace === undefined ? {} : { status: { restoreInitiated: true, restoreRequired: false } }),
    });
    await clearWeather(world);
    const refused = await world.store.get({ namespace: 'shop', name });
    expect(refused?.status).toMatchObject({ phase: 'Failed', error: { code: 'target_exists' } });
    expect(await world.everythingMade()).toEqual([`${kind} ${taken}`]);
    const left = [...(await world.client.list(volumes)).items, ...(await world.client.list(persistentVolumes)).items];
    expect(left.map(({ metadata }) => metadata.labels)).toEqual([labels]);
    expect((await world.tools.selfTest.port.backups.get('point'))?.marks[heldByLabel]).toBeUndefined();
    expect(await world.slots.entries()).toEqual([]);
  });

  it('of two for one claim, makes one and refuses the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 12 }), async (moves) => {
        const world = setUp();
        await ask(world, 'soteria-restore-data-1');
        await ask(world, 'soteria-restore-data-2');
        await play(world, moves);
        await clearWeather(world);
        const phases = (await world.store.list({ namespace: 'shop' })).map(({ status }) => String(status?.phase));
        expect(phases.sort((a, b) => a.localeCompare(b))).toEqual(['Failed', 'Succeeded']);
        expect(await world.everythingMade()).toHaveLength(3);
        await expectNothingLeft(world);
      }),
      { numRuns: 60 },
    );
  });

  it('of two from one backup, one waits until the other has released the backup', async () => {
    const world = setUp();
    const first = await ask(world, 'soteria-restore-data-1');
    const second = await ask(world, 'soteria-restore-data-2', { targetPvc: 'data-3' });
    await wakeAll(world);
    const waits = await world.store.get({ namespace: 'shop', name: second });
    expect(waits?.status?.message).toBe('backup point is being restored by another operation');
    await clearWeather(world, 20);
    for (const name of [first, second]) {
      expect((await world.store.get({ namespace: 'shop', name }))?.status?.phase).toBe('Succeeded');
    }
    await expectNothingLeft(world);
  });
});

describe('a restore that Longhorn cannot do', () => {
  it('is tried twice, then fails and leaves nothing', async () => {
    const world = setUp();
    world.faults.isFaulted = 2;
    const name = await ask(world, 'soteria-restore-data-1');
    await clearWeather(world, 20);
    const failed = await world.store.get({ namespace: 'shop', name });
    expect(failed?.status).toMatchObject({ phase: 'Failed', settled: true, error: { code: 'restore_failed' } });
    expect(failed?.status?.error?.why).toContain('All replica restore failed');
    expect(await world.everythingMade()).toEqual([]);
    await expectNothingLeft(world);
  });

  it('says where there is no space, and gives up after its deadline', async () => {
    const world = setUp();
    world.faults.unscheduled = 'insufficient storage on node-1, node-2';
    const gib = 1024 ** 3;
    const disk = { storageAvailable: gib / 2, storageMaximum: 10 * gib, storageScheduled: gib };
    for (const [name, allowScheduling] of [
      ['node-1', false],
      ['node-2', true],
    ] as const) {
      world.cluster.seed({
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Node',
        metadata: { name, namespace: 'longhorn-system' },
        spec: { allowScheduling },
        status: { diskStatus: { disk } },
      });
    }
    const name = await ask(world, 'soteria-restore-data-1');
    await clearWeather(world, 4);
    const waits = await world.store.get({ namespace: 'shop', name });
    expect(waits?.status).toMatchObject({ phase: 'Running' });
    expect(waits?.status?.message).toContain('insufficient storage on node-1, node-2');
    expect(waits?.status?.message).toContain('node-2 has room for 0.5 GiB, node-1 takes none');
    world.pass(3_700_000);
    await clearWeather(world, 4);
    const late = await world.store.get({ namespace: 'shop', name });
    expect(late?.status).toMatchObject({ phase: 'Failed', error: { code: 'deadline_exceeded' } });
    expect(late?.status?.error?.why).toContain('insufficient storage on node-1, node-2');
    expect(await world.everythingMade()).toEqual([]);
    await expectNothingLeft(world);
  });

  it('releases a hold whose holder is gone', async () => {
    const world = setUp();
    const first = await ask(world, 'soteria-restore-data-1');
    await wakeAll(world);
    const held = await world.store.get({ namespace: 'shop', name: first });
    if (held !== undefined) await world.store.withdraw(held);
    const second = await ask(world, 'soteria-restore-data-2', { targetPvc: 'data-3' });
    await clearWeather(world);
    expect((await world.store.get({ namespace: 'shop', name: second }))?.status?.phase).toBe('Succeeded');
  });
});
