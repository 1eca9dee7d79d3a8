import { describe, expect, it } from 'vitest';
import type { Operation, OperationSpec, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { decideSweep, maxHeads } from './decide-sweep.ts';

const now = new Date('2026-08-20T12:00:00Z');

interface Sketch {
  readonly name?: string;
  readonly pvc?: string;
  readonly status?: Partial<OperationStatus>;
  readonly spec?: Partial<Omit<OperationSpec, 'kind'>> & { kind?: string };
  readonly createdAt?: string;
}

function operationWith({ name = 'one', pvc = 'data', status, spec, createdAt = '2026-08-20T11:00:00Z' }: Sketch) {
  return {
    metadata: { name, uid: name, namespace: 'shop', creationTimestamp: createdAt },
    spec: { kind: 'Backup', request: { pvc }, ...spec },
    ...(status === undefined ? {} : { status: { progress: 0, message: '', steps: [], phase: 'Pending', ...status } }),
  } as unknown as Operation;
}

function sweep(operations: readonly Operation[], holders: readonly string[] = []) {
  const entries = holders.map((uid) => ({ uid }) as never);
  const { wake, purge, openCount } = decideSweep({ operations, entries, now });
  const names = (list: readonly Operation[]) => list.map(({ metadata }) => metadata.name);
  return { wake: names(wake), purge: names(purge), openCount };
}

const settled = (finishedAt: string): Partial<OperationStatus> => ({ phase: 'Failed', settled: true, finishedAt });
const scheduledBy = (policy: string, members: Partial<Sketch['spec']> = {}, pvc = 'data') => ({
  requestedBy: { user: `policy ${policy}`, via: 'policy' as const },
  request: { pvc, policy },
  ...members,
});

const woken: readonly [title: string, sketch: Sketch, isWoken: boolean][] = [
  ['one nobody has looked at', {}, true],
  ['a running one', { status: { phase: 'Running' } }, true],
  [
    'one that ended but was not announced',
    { status: { phase: 'Succeeded', finishedAt: '2026-08-01T00:00:00Z' } },
    true,
  ],
  ['the first of those that wait', { status: { phase: 'Pending' } }, true],
  ['one that has ended for good', { status: settled('2026-08-20T11:00:00Z') }, false],
  ['a kind of another version', { status: { phase: 'Running' }, spec: { kind: 'Teleport' } }, false],
];

describe('the sweep wakes', () => {
  it.each(woken)('%s: %j → %s', (_title, sketch, isWoken) => {
    expect(sweep([operationWith(sketch)])).toMatchObject({ wake: isWoken ? ['one'] : [], openCount: isWoken ? 1 : 0 });
  });

  it('of those that wait only the first of each claim, and not those behind a running one', () => {
    const pending = { status: { phase: 'Pending' as const } };
    const operations = [
      operationWith({ name: 'a1', pvc: 'a', status: { phase: 'Running' } }),
      operationWith({ name: 'a2', pvc: 'a', ...pending }),
      operationWith({ name: 'b2', pvc: 'b', createdAt: '2026-08-20T10:02:00Z', ...pending }),
      operationWith({ name: 'b1', pvc: 'b', createdAt: '2026-08-20T10:01:00Z', ...pending }),
    ];
    expect(sweep(operations)).toEqual({ wake: ['b1', 'a1'], purge: [], openCount: 4 });
  });

  it('a waiting one at any place when it is to be cancelled or has a slot already', () => {
    const pending = { pvc: 'a', status: { phase: 'Pending' as const } };
    const operations = [
      operationWith({ name: 'a1', ...pending }),
      operationWith({ name: 'a2', ...pending }),
      operationWith({ name: 'a3', ...pending, spec: { cancelRequested: true } }),
      operationWith({ name: 'a4', ...pending }),
    ];
    expect(sweep(operations, ['a4']).wake).toEqual(['a1', 'a3', 'a4']);
  });

  it('no more than a bounded number of a thousand that wait', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) =>
      operationWith({ name: `n${index}`, pvc: `c${index}`, status: { phase: 'Pending' } }),
    );
    expect(sweep(thousand).wake).toHaveLength(maxHeads);
  });
});

describe('the sweep purges', () => {
  it('what was asked for, a day after it ended', () => {
    const operations = [
      operationWith({ name: 'yesterday', status: settled('2026-08-19T11:59:00Z') }),
      operationWith({ name: 'today', status: settled('2026-08-19T12:01:00Z') }),
      operationWith({ name: 'never', status: { phase: 'Failed', settled: true } }),
      operationWith({ name: 'untold', status: { phase: 'Failed', finishedAt: '2026-08-01T00:00:00Z' } }),
    ];
    expect(sweep(operations).purge).toEqual(['yesterday']);
  });

  it('nothing that a parent is still to count', () => {
    const old = settled('2026-08-01T00:00:00Z');
    const operations = [
      operationWith({ name: 'open', spec: { kind: 'NamespaceRestore' }, status: { phase: 'Running' } }),
      operationWith({ name: 'ended', spec: { kind: 'NamespaceRestore' }, status: old }),
      operationWith({ name: 'child', spec: { kind: 'Restore', cause: { parent: 'open' } }, status: old }),
      operationWith({ name: 'grown', spec: { kind: 'Restore', cause: { parent: 'ended' } }, status: old }),
      operationWith({ name: 'orphan', spec: { kind: 'Restore', cause: { parent: 'gone' } }, status: old }),
    ];
    expect(sweep(operations).purge).toEqual(['ended', 'grown', 'orphan']);
  });

  it('what was scheduled, when a newer one of the same claim and policy has ended, and never the newest success', () => {
    const old = { ...settled('2026-06-01T00:00:00Z'), phase: 'Succeeded' as const };
    const spec = scheduledBy('nightly');
    const operations = [
      operationWith({ name: 'first', createdAt: '2026-06-01T00:00:00Z', status: old, spec }),
      operationWith({ name: 'second', createdAt: '2026-06-02T00:00:00Z', status: old, spec }),
      operationWith({ name: 'open', createdAt: '2026-06-03T00:00:00Z', status: { phase: 'Running' }, spec }),
      operationWith({ name: 'weekly', createdAt: '2026-06-04T00:00:00Z', status: old, spec: scheduledBy('weekly') }),
      operationWith({
        name: 'other',
        createdAt: '2026-06-01T00:00:00Z',
        status: old,
        spec: scheduledBy('nightly', {}, 'else'),
      }),
    ];
    expect(sweep(operations).purge).toEqual(['first']);
  });

  it('what was scheduled and did not succeed, a day after it ended: then its instant is due again', () => {
    const spec = scheduledBy('weekly');
    const operations = [
      operationWith({
        name: 'good',
        createdAt: '2026-08-12T02:00:00Z',
        status: { ...settled('2026-08-12T03:00:00Z'), phase: 'Succeeded' },
        spec,
      }),
      operationWith({ name: 'bad', createdAt: '2026-08-19T02:00:00Z', status: settled('2026-08-19T03:00:00Z'), spec }),
      operationWith({ name: 'new', createdAt: '2026-08-20T02:00:00Z', status: settled('2026-08-20T03:00:00Z'), spec }),
    ];
    expect(sweep(operations).purge).toEqual(['bad']);
    expect(sweep(operations.slice(0, 2)).purge).toEqual(['bad']);
    expect(sweep([operations[0], operations[2]].filter((one) => one !== undefined)).purge).toEqual([]);
  });

  it('a scheduled restore test after a day, because the budget of a day counts it', () => {
    const spec = scheduledBy('nightly', { kind: 'RestoreTest' });
    const [yesterday, today] = [settled('2026-08-19T11:00:00Z'), settled('2026-08-20T11:00:00Z')];
    const operations = [
      operationWith({ name: 'first', createdAt: '2026-08-19T10:00:00Z', status: yesterday, spec }),
      operationWith({ name: 'second', createdAt: '2026-08-20T09:00:00Z', status: today, spec }),
      operationWith({ name: 'third', createdAt: '2026-08-20T10:00:00Z', status: today, spec }),
    ];
    expect(sweep(operations).purge).toEqual(['first']);
  });
});
