import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../../errors.ts';
import type { Log } from '../../log/log.ts';
import { type AdvanceCall, advanceWith, type AnyAction, type Known } from './advance.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { rememberKnown } from './remember-known.ts';
import type { Operation, OperationStatus } from '../record/schema.ts';

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => log };
const call: AdvanceCall = { log };
const ref = { namespace: 'shop', name: 'one' };

type Action = AnyAction & { readonly progress?: number };
interface World {
  readonly look?: string;
}

/** One Operation in a cluster of its own, and a mover whose decisions are given. */
function setUp(decide: (known: Known<World>) => Action) {
  const status: OperationStatus = { phase: 'Running', progress: 1, message: '', steps: [] };
  const metadata = { ...ref, uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-31T01:30:00Z' };
  const first: Operation = {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata,
    spec: { kind: 'Backup', request: { pvc: 'data' } },
    status,
  };
  let stored: Operation | undefined = first;
  let reads = 0;
  const acted: string[] = [];
  const write = (operation: Operation, progress: number): Operation => {
    if (stored === undefined) throw new SoteriaError('not_found', { what: 'w', why: 'y', fix: 'f' });
    if (stored.metadata.resourceVersion !== operation.metadata.resourceVersion) {
      throw new SoteriaError('cluster_conflict', { what: 'w', why: 'y', fix: 'f' });
    }
    const resourceVersion = String(Number(operation.metadata.resourceVersion) + 1);
    stored = { ...operation, metadata: { ...metadata, resourceVersion }, status: { ...status, progress } };
    return stored;
  };
  const mover = {
    functionName: 'backup',
    store: {
      get: () => {
        reads += 1;
        return Promise.resolve(stored);
      },
      listOfIdentity: () => Promise.resolve([]),
      replaceStatus: (operation: Operation) => Promise.resolve(operation),
    },
    now: () => new Date(),
    inTurn: createOneAtATime(),
    memory: rememberKnown<World>(),
    lasting: ({ world }: Known<World>) => world,
    nothingSeen: {},
    decide,
    perform: ({ operation, world }: Known<World>, action: Action): Promise<Known<World>> => {
      acted.push(action.do);
      if (action.do === 'look') return Promise.resolve({ operation, world: { look: 'seen' } });
      return Promise.resolve({
        world,
        operation: action.do === 'record' ? write(operation, action.progress ?? 0) : operation,
      });
    },
  };
  return {
    wake: (beginning: { isNews?: boolean; isMade?: boolean } = {}) => advanceWith(mover, ref, call, beginning),
    elsewhere: (progress: number) => void (stored && write(stored, progress)),
    remove: () => void (stored = undefined),
    reads: () => reads,
    acted,
  };
}

const progressOf = ({ operation }: Known<World>): number => operation.status?.progress ?? 0;

describe('a wake-up of a process that has moved the operation before', () => {
  it('records without reading, and goes on from what it saw', async () => {
    let until = 2;
    const { wake, reads, acted } = setUp(({ operation, world }) => {
      if (world.look === undefined) return { do: 'look' };
      return progressOf({ operation, world }) < until ? { do: 'record', progress: until } : { do: 'wait' };
    });
    await wake();
    until = 3;
    expect((await wake())?.status?.progress).toBe(3);
    expect(reads()).toBe(1);
    expect(acted).toEqual(['look', 'record', 'record']);
  });

  it('reads again when somebody else has written since', async () => {
    const { wake, elsewhere, reads } = setUp((known) =>
      progressOf(known) % 2 === 1 ? { do: 'record', progress: progressOf(known) + 1 } : { do: 'wait' },
    );
    await wake();
    elsewhere(7);
    expect((await wake())?.status?.progress).toBe(8);
    expect(reads()).toBe(2);
  });

  it('does nothing but record before it has read: no wait, no effect', async () => {
    let next: Action = { do: 'wait' };
    const { wake, elsewhere, reads, acted } = setUp((known) => (progressOf(known) === 9 ? { do: 'rest' } : next));
    await wake();
    elsewhere(9);
    next = { do: 'create-something' };
    expect((await wake())?.status?.progress).toBe(9);
    expect(acted).toEqual([]);
    expect(reads()).toBe(2);
  });

  it('finds out that it is gone, waiting or writing', async () => {
    for (const until of [2, 3]) {
      let aim = 2;
      const { wake, remove } = setUp((known) =>
        progressOf(known) < aim ? { do: 'record', progress: aim } : { do: 'wait' },
      );
      await wake();
      remove();
      aim = until;
      expect(await wake()).toBeUndefined();
    }
  });

  it('leaves an object alone that it has made itself, when the only news is that the object appeared', async () => {
    const { wake, reads } = setUp(() => ({ do: 'wait' }));
    await wake({ isMade: true });
    expect(await wake({ isNews: true })).toBeUndefined();
    expect(reads()).toBe(1);
  });

  it('looks at one that somebody else has made, however often it appears: its name may have been used before', async () => {
    const { wake, reads } = setUp(() => ({ do: 'wait' }));
    await wake({ isNews: true });
    expect(await wake({ isNews: true })).toBeDefined();
    expect(reads()).toBe(2);
  });
});
