import { describe, expect, it } from 'vitest';
import type { Log } from '../../log/log.ts';
import type { Operation } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';
import { advanceByKind, toKindMover } from './advance-by-kind.ts';
import type { Known, Mover } from './advance.ts';
import { createOneAtATime } from './one-at-a-time.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };
const ref = { namespace: 'shop', name: 'soteria-restore-namespace-data' };

function operationOf(kind: OperationKind, resourceVersion = '1'): Operation {
  const metadata = { ...ref, uid: 'u', resourceVersion, creationTimestamp: '2026-01-31T01:30:00Z' };
  return { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', metadata, spec: { kind, request: {} } };
}

function open(stored: Operation | undefined) {
  const moved: string[] = [];
  let reads = 0;
  const store = {
    get: () => {
      reads += 1;
      return Promise.resolve(stored);
    },
    listOfIdentity: () => Promise.resolve([]),
    replaceStatus: (operation: Operation) => Promise.resolve(operation),
  };
  const inTurn = createOneAtATime();
  const moverNamed = (name: string): Mover<{ isDone?: true }, { do: 'act' | 'wait' }> => ({
    functionName: 'restore',
    store,
    now: () => new Date(),
    inTurn,
    nothingSeen: {},
    decide: ({ world }) => ({ do: world.isDone === true ? 'wait' : 'act' }),
    perform: ({ operation }: Known<{ isDone?: true }>) => {
      moved.push(name);
      return Promise.resolve({ operation, world: { isDone: true } });
    },
  });
  const movers = {
    Restore: toKindMover(moverNamed('restore')),
    NamespaceRestore: toKindMover(moverNamed('namespace')),
  };
  const advance = (operation?: Operation) =>
    advanceByKind({ store, inTurn }, movers, ref, { log: silent }, operation === undefined ? {} : { operation });
  return { advance, moved, reads: () => reads };
}

describe('the mover of an Operation', () => {
  it.each([
    ['Restore', 'restore'],
    ['NamespaceRestore', 'namespace'],
  ] as const)('is that of its kind, whatever its name begins with: %s', async (kind, mover) => {
    const { advance, moved, reads } = open(operationOf(kind));
    expect((await advance())?.spec.kind).toBe(kind);
    expect(moved).toEqual([mover]);
    expect(reads()).toBe(1);
  });

  it('is none for a kind without one, and for a record that is not there', async () => {
    for (const stored of [operationOf('Backup'), operationOf('SelfTest'), undefined]) {
      const { advance, moved } = open(stored);
      expect(await advance()).toBeUndefined();
      expect(moved).toEqual([]);
    }
  });

  it('moves nothing when the record that is known was made again as another kind', async () => {
    const { advance, moved } = open(operationOf('NamespaceRestore', '9'));
    expect(await advance(operationOf('Restore'))).toBeUndefined();
    expect(moved).toEqual([]);
  });
});
