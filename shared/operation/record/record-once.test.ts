import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../../errors.ts';
import { createMemoryCluster } from '../../fakes/kubernetes/memory-cluster.ts';
import { customKind } from '../../fakes/kubernetes/memory-kinds.ts';
import { identityLabel } from './marks.ts';
import { findRecorded, recordOnce, skipRepeat } from './record-once.ts';
import type { Origin, RequestedOperation } from './requested-operation.ts';
import { operations } from './schema.ts';
import { advance, statusOf } from './status.ts';
import { createOperationStore, type OperationStore } from './store.ts';

const start = Date.parse('2026-01-31T01:30:00Z');
const requested: RequestedOperation = {
  kind: 'Restore',
  namespace: 'shop',
  subject: 'data-2',
  request: { namespace: 'shop', pvc: 'data', targetPvc: 'data-2' },
};

function originAt(seconds: number, change: Partial<Origin> = {}): Origin {
  return {
    identity: 'http:ann:k1',
    mayHaveTwin: true,
    requestedBy: { user: 'ann', via: 'http' },
    cause: { id: 'http:ann:k1' },
    at: new Date(start + seconds * 1000),
    ...change,
  };
}

function open() {
  const cluster = createMemoryCluster({
    now: () => new Date(start),
    namespaces: ['shop'],
    kinds: [customKind(operations, { selectableFields: ['status.phase'] })],
  });
  return createOperationStore(cluster.client);
}

const without = (request: object, kind: RequestedOperation['kind'] = 'Restore'): RequestedOperation => ({
  ...requested,
  kind,
  request,
});

describe('a request that comes again', () => {
  it('finds its Operation by a key under another name, and without one by its name', async () => {
    const store = open();
    const first = await recordOnce(store, requested, originAt(0));
    expect(first).toMatchObject({
      how: 'new',
      operation: { metadata: { labels: { [identityLabel]: expect.any(String) } } },
    });
    const again = await recordOnce(store, requested, originAt(9));
    expect(again).toEqual({ ...first, how: 'repeat' });
    const timed = originAt(20, {
      identity: 'event:/a|1',
      mayHaveTwin: false,
      requestedBy: { user: 'ann', via: 'event' },
    });
    const byName = await recordOnce(store, requested, timed);
    expect(byName.operation.metadata.labels).not.toHaveProperty([identityLabel]);
    expect(await recordOnce(store, requested, timed)).toEqual({ ...byName, how: 'repeat' });
    expect(await store.list({})).toHaveLength(2);
  });

  it('keeps its name when the Operation under that name is deleted before it can be read', async () => {
    const store = open();
    const timed = originAt(20, {
      identity: 'event:/a|1',
      mayHaveTwin: false,
      requestedBy: { user: 'ann', via: 'event' },
    });
    const first = await recordOnce(store, requested, timed);
    const racing: OperationStore = {
      ...store,
      get: async (ref, signal) => {
        const found = await store.get(ref, signal);
        if (found?.metadata.uid === first.operation.metadata.uid) await store.withdraw(found);
        return store.get(ref, signal);
      },
    };
    const second = await recordOnce(racing, requested, timed);
    expect(second).toMatchObject({ how: 'new', operation: { metadata: { name: first.operation.metadata.name } } });
    expect(await recordOnce(store, requested, timed)).toEqual({ ...second, how: 'repeat' });
  });

  it('is another request with another key, also in the same second', async () => {
    const store = open();
    const first = await recordOnce(store, requested, originAt(0));
    const other = await recordOnce(store, requested, originAt(0, { identity: 'http:ann:k2' }));
    expect(other.how).toBe('new');
    expect(other.operation.metadata.name).toMatch(new RegExp(`^${first.operation.metadata.name}-[0-9a-f]{6}$`));
  });

  it.each([
    ['a member more', without({ ...requested.request, asOf: '2026-01-01T00:00:00Z' }), ['as_of']],
    ['a member less', without({ namespace: 'shop', pvc: 'data' }), ['target_pvc']],
    ['another value', without({ ...requested.request, pvc: 'logs' }), ['pvc']],
    ['another kind', without(requested.request, 'RestoreTest'), ['kind (Restore, not RestoreTest)']],
  ])('is refused with %s, which the refusal names', async (_title, other, members) => {
    const store = open();
    await recordOnce(store, requested, originAt(0));
    const refusal = { code: 'conflict', details: { differs_in: members } };
    await expect(recordOnce(store, other, originAt(0))).rejects.toMatchObject(refusal);
    await expect(findRecorded(store, other, originAt(7))).rejects.toMatchObject(refusal);
    expect(await store.list({})).toHaveLength(1);
  });
});

/** Everything that is asked of the store waits for its turn. */
function inTurns(store: OperationStore, scheduler: fc.Scheduler, isKilled = false): OperationStore {
  const kill = () => Promise.reject(new Error('killed'));
  return {
    ...store,
    create: scheduler.scheduleFunction((...given) => store.create(...given)),
    get: scheduler.scheduleFunction((...given) => store.get(...given)),
    listOfIdentity: scheduler.scheduleFunction((...given) => store.listOfIdentity(...given)),
    replaceStatus: scheduler.scheduleFunction((...given) => store.replaceStatus(...given)),
    withdraw: isKilled ? kill : scheduler.scheduleFunction((...given) => store.withdraw(...given)),
  };
}

/** A wake-up of another pod: what a repeat does not skip begins. */
async function wake(store: OperationStore): Promise<void> {
  for (const operation of await store.list({})) {
    try {
      const seen = await skipRepeat(store, operation, new Date(start));
      if (seen.status !== undefined) continue;
      const change = { step: 'volume', progress: 5, message: 'restoring' };
      await store.replaceStatus(seen, advance(statusOf(seen), change, new Date(start)));
    } catch (error) {
      if (!(error instanceof SoteriaError && ['cluster_conflict', 'not_found'].includes(error.code))) throw error;
    }
  }
}

it('runs once and answers all its callers alike when it comes several times at once, also when readers and crashes come between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.record({ seconds: fc.nat(2), isKilled: fc.boolean() }), { minLength: 2, maxLength: 4 }),
      fc.nat(3),
      async (scheduler, callers, wakeUps) => {
        const store = open();
        const asked = callers.map(({ seconds, isKilled }) =>
          recordOnce(inTurns(store, scheduler, isKilled), requested, originAt(seconds)).catch((error: unknown) => {
            if (error instanceof SoteriaError) throw error;
          }),
        );
        const woken = Array.from({ length: wakeUps }, () =>
          scheduler.schedule(Promise.resolve()).then(() => wake(inTurns(store, scheduler))),
        );
        await scheduler.waitFor(Promise.all([...asked, ...woken]));
        await wake(store);
        const kept = (await store.list({})).filter(({ status }) => status?.phase !== 'Skipped');
        expect(kept.map(({ status }) => status?.phase)).toEqual(['Running']);
        for (const answer of await Promise.all(asked)) {
          if (answer !== undefined) expect(answer.operation.metadata.uid).toBe(kept[0]?.metadata.uid);
        }
      },
    ),
    { numRuns: 150 },
  );
});
