/**
 * Any order, any duplicates, any crash converges: generated histories of wake-ups against the in-memory cluster and the fake
 * Longhorn, with the process killed before or after any single call.
 */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { createFakeLonghorn, type FakeLonghorn } from '@soteria/shared/longhorn/fake.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, operations } from '@soteria/shared/operation/record/schema.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createLonghornBackups } from '../../drivers/longhorn/backup/driver.ts';
import { type AdvanceTools, advanceOperation } from './advance.ts';
import { askForBackup } from './ask.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';
import { claim, persistentVolume, rules, slotLimits, volume } from '../../drivers/longhorn/backup/fixtures.ts';

// Hundreds of generated histories: on a busy machine more than the five seconds a test has.
vi.setConfig({ testTimeout: 60_000 });

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function setUp() {
  let time = Date.parse('2026-08-20T02:00:00Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria'],
    kinds: [customKind(operations, { selectableFields: ['status.phase', 'status.settled'] })],
  });
  cluster.seed({ ...claim }, { ...persistentVolume });
  const longhorn: FakeLonghorn = createFakeLonghorn({ now });
  longhorn.volumes.add({ ...volume });
  const killer = createKiller();
  const announced: string[] = [];
  const answered = new Set<string>();
  const parts = {
    store: killer.guard(createOperationStore(cluster.client)),
    cluster: killer.guard(createClusterReader(cluster.client, 'cluster-1')),
  };
  const tools: AdvanceTools = {
    ...parts,
    drivers: {
      longhorn: createLonghornBackups({
        ...parts,
        longhorn: killer.guard(longhorn),
        checkReachability: () => Promise.resolve({ isReachable: true }),
        now,
      }),
    },
    announce: killer.guard({
      send: (operation: { metadata: { uid: string } }, fact: string) => {
        announced.push(`${operation.metadata.uid} ${fact}`);
        return Promise.resolve();
      },
    }).send,
    slots: killer.guard(createSlots({ client: cluster.client, namespace: 'soteria', limits: slotLimits, now })),
    keepAwake: killer.guard({ start: () => Promise.resolve() }).start,
    wakeOther: () => Promise.resolve(),
    verified: killer.guard(createVerifiedPoints(cluster.client, 'soteria')),
    rules,
    inTurn: createOneAtATime(),
    line: createWaitingLine({ store: killer.guard(createOperationStore(cluster.client)), now }),
    memory: rememberKnown(),
    now,
  };
  return {
    tools,
    slots: createSlots({ client: cluster.client, namespace: 'soteria', limits: slotLimits, now }),
    longhorn,
    killer,
    announced,
    answered,
    store: createOperationStore(cluster.client),
    now,
    pass: (ms: number) => (time += ms),
  };
}

type World = ReturnType<typeof setUp>;

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

async function ask(world: World, id: string, store = world.tools.store): Promise<void> {
  const asking = {
    request: { namespace: 'shop', pvc: 'data' },
    identity: `event:test|${id}`,
    mayHaveTwin: true,
    requestedBy: { user: 'anonymous', via: 'event' as const },
    cause: { source: 'test', id },
    at: world.now(),
  };
  try {
    await askForBackup(store, asking);
    world.answered.add(asking.identity);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

const move = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), id: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      after: fc.integer({ min: 0, max: 25 }),
      isAfter: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
);

describe('a backup, whatever happens to the process', () => {
  it('ends in exactly one restorable point for each request that succeeded, announced, unwatched, nothing made twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const world = setUp();
        const { longhorn, killer, store, pass } = world;
        await ask(world, '0', store);
        for (const one of moves) {
          pass(1_500);
          if (one.do === 'ask') await ask(world, String(one.id));
          if (one.do === 'step') longhorn.step();
          if (one.do === 'kill') killer.arm(one.after, one.isAfter);
          if (one.do !== 'step') await wakeAll(world);
          killer.disarm();
        }
        // The weather clears: the sweep comes by until all is settled.
        for (let round = 0; round < 80; round += 1) {
          pass(20_000);
          await wakeAll(world);
          longhorn.step();
        }
        const recorded = await store.list({ namespace: 'shop' });
        expect(recorded.every((one) => isTerminal(one.status?.phase) && one.status?.settled === true)).toBe(true);
        expect(recorded.map((one) => one.status?.phase)).toEqual(recorded.map(() => 'Succeeded'));

        const backups = await longhorn.backups.list({});
        expect(backups.filter((one) => whyNotRestorable(one) === undefined)).toHaveLength(recorded.length);
        expect(new Set(recorded.map((one) => one.status?.result?.backup)).size).toBe(recorded.length);
        expect(backups.filter((one) => one.marks[watchLabel] !== undefined)).toEqual([]);

        // Only the newest backed-up snapshot stays: the base of the next increment.
        const snapshots = await longhorn.snapshots.listOfVolume('vol-1');
        expect(snapshots).toHaveLength(1);
        expect(snapshots[0]?.marks[watchLabel]).toBeUndefined();

        // One Operation for each identity, and every fact sent at least once.
        const identities = recorded.flatMap((one) => [one.spec.identity, ...(one.status?.joined ?? [])]);
        expect(new Set(identities).size).toBe(identities.length);
        for (const identity of world.answered) expect(identities).toContain(identity);
        for (const { metadata } of recorded) expect(world.announced).toContain(`${metadata.uid} completed`);
        expect(await world.slots.entries()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves nothing behind when it is cancelled at any step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 8 }), fc.nat({ max: 20 }), fc.boolean(), async (steps, killAfter, isAfter) => {
        const world = setUp();
        const { longhorn, killer, store, pass } = world;
        await ask(world, '0', store);
        for (let step = 0; step < steps; step += 1) {
          pass(1_500);
          await wakeAll(world);
          longhorn.step();
        }
        const [only] = await store.list({ namespace: 'shop' });
        const name = only?.metadata.name ?? '';
        await store.requestCancel({ namespace: 'shop', name });
        killer.arm(killAfter, isAfter);
        await wakeAll(world);
        killer.disarm();
        for (let round = 0; round < 20; round += 1) {
          pass(20_000);
          await wakeAll(world);
          longhorn.step();
        }
        const ended = await store.get({ namespace: 'shop', name });
        const backups = await longhorn.backups.list({});
        const snapshots = await longhorn.snapshots.listOfVolume('vol-1');
        expect(ended?.status?.settled).toBe(true);
        expect(await world.slots.entries()).toEqual([]);
        if (ended?.status?.phase === 'Succeeded') {
          expect(backups.map((one) => one.state)).toEqual(['Completed']);
        } else {
          expect(ended?.status?.phase).toBe('Cancelled');
          expect(backups.filter((one) => one.state !== 'Completed')).toEqual([]);
          expect(snapshots).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
