import { describe, expect, it } from 'vitest';
import type { Operation, OperationStatus } from '@soteria/shared/operation/schema.ts';
import { decideSweep, type SweepAction } from './decide-sweep.ts';

const now = new Date('2026-08-20T12:00:00Z');

function operationWith(status: Partial<OperationStatus> | undefined, kind = 'Backup'): Operation {
  return {
    metadata: { name: 'soteria-backup-data-1', namespace: 'shop' },
    spec: { kind, request: { pvc: 'data' } },
    ...(status === undefined ? {} : { status: { progress: 0, message: '', steps: [], phase: 'Pending', ...status } }),
  } as unknown as Operation;
}

const cases: readonly [title: string, operation: Operation, action: SweepAction][] = [
  ['one nobody has looked at', operationWith(undefined), 'wake'],
  ['a running one', operationWith({ phase: 'Running' }), 'wake'],
  [
    'one that ended but was not announced',
    operationWith({ phase: 'Succeeded', finishedAt: '2026-08-01T00:00:00Z' }),
    'wake',
  ],
  [
    'one that ended an hour ago',
    operationWith({ phase: 'Failed', settled: true, finishedAt: '2026-08-20T11:00:00Z' }),
    'leave',
  ],
  [
    'one that ended two days ago',
    operationWith({ phase: 'Failed', settled: true, finishedAt: '2026-08-18T11:00:00Z' }),
    'purge',
  ],
  ['one without an end time', operationWith({ phase: 'Failed', settled: true }), 'leave'],
  ['a kind of another version', operationWith({ phase: 'Running' }, 'Teleport'), 'leave'],
];

describe('the sweep', () => {
  it.each(cases)('decides about %s', (_title, operation, action) => {
    expect(decideSweep(operation, now)).toBe(action);
  });
});
