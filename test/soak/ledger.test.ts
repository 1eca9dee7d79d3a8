import { expect, test } from 'vitest';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { compareLedger } from './ledger.ts';

function operation(uid: string, phase: string, backup?: string): Operation {
  const result = backup === undefined ? {} : { result: { backup } };
  return { metadata: { name: `op-${uid}`, uid }, status: { phase, settled: true, ...result } } as unknown as Operation;
}
const point = (operationUid: string, backup: string) => ({ operationUid, backup, volume: 'vol' });

test('a correct ledger has one backup for each success, and at most one for each Operation that gave up too early', () => {
  const all = [operation('1', 'Succeeded', 'a'), operation('2', 'Failed'), operation('3', 'Failed')];
  expect(compareLedger(all, [point('1', 'a'), point('2', 'b')])).toEqual([]);
});

test.each([
  ['a success without a backup', [operation('1', 'Succeeded', 'a')], []],
  ['a success with two backups', [operation('1', 'Succeeded', 'a')], [point('1', 'a'), point('1', 'a-r2')]],
  ['a success with another backup', [operation('1', 'Succeeded', 'a')], [point('1', 'b')]],
  ['a failure with two backups', [operation('1', 'Failed')], [point('1', 'a'), point('1', 'b')]],
  ['a backup without an Operation', [], [point('9', 'x')]],
  ['an Operation that has not ended', [{ ...operation('1', 'Running'), status: undefined }], []],
])('%s is a disagreement', (_what, all, ledger) => {
  expect(compareLedger(all, ledger).length).toBeGreaterThan(0);
});
