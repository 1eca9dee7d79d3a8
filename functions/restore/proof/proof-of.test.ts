import type { Operation } from '@soteria/shared/operation/schema.ts';
import { describe, expect, it } from 'vitest';
import { proofOf } from './proof-of.ts';

const proved = {
  metadata: { name: 'soteria-restoretest-data-1', namespace: 'shop' },
  spec: { kind: 'RestoreTest', request: { pvc: 'data' } },
  status: {
    phase: 'Succeeded',
    finishedAt: '2026-01-31T02:00:00.000Z',
    result: {
      restorePoint: 'longhorn:default/a',
      dataAsOf: '2026-01-30T02:00:00Z',
      proof: { outcome: 'verified', why: 'read', verifyMs: 1, totalMs: 5, strength: 'checksums' },
    },
  },
} as unknown as Operation;

describe('a proof', () => {
  it('is what outlives the operation', () => {
    expect(proofOf(proved)).toEqual({
      namespace: 'shop',
      pvc: 'data',
      point: 'longhorn:default/a',
      verifiedAt: '2026-01-31T02:00:00.000Z',
      dataAsOf: '2026-01-30T02:00:00Z',
      strength: 'checksums',
      totalMs: 5,
    });
  });

  it.each([
    ['a refuted point', { ...proved, status: { ...proved.status, phase: 'Failed' } }],
    ['a plain restore', { ...proved, spec: { ...proved.spec, kind: 'Restore' } }],
    ['a test without a point', { ...proved, status: { ...proved.status, result: {} } }],
  ])('is none for %s', (_title, operation) => {
    expect(proofOf(operation as Operation)).toBeUndefined();
  });
});
