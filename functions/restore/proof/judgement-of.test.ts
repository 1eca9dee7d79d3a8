import type { Operation, OperationResult, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { describe, expect, it } from 'vitest';
import { judgementOf } from './judgement-of.ts';

const proof = {
  outcome: 'verified' as const,
  why: 'read',
  verifyMs: 1,
  totalMs: 5,
  strength: 'checksums',
  weaker: ['older_baseline'],
  files: 3,
  bytes: '17',
};

function ended({
  kind = 'RestoreTest',
  clusterId,
  foreignCluster,
  ...result
}: OperationResult & { kind?: string; clusterId?: string; foreignCluster?: string }): Operation {
  const status: OperationStatus = {
    phase: result.proof?.outcome === 'verified' ? 'Succeeded' : 'Failed',
    progress: 100,
    message: '',
    steps: [],
    finishedAt: '2026-01-31T02:00:00.000Z',
    work: { attempt: 1, ...(foreignCluster === undefined ? {} : { foreignCluster }) },
    result: { restorePoint: 'longhorn:default/a', dataAsOf: '2026-01-30T02:00:00Z', ...result },
  };
  const metadata = { name: 'soteria-restoretest-data-1', namespace: 'shop' };
  return {
    metadata,
    spec: { kind, request: { pvc: 'data', ...(clusterId === undefined ? {} : { clusterId }) } },
    status,
  } as unknown as Operation;
}

const about = {
  namespace: 'shop',
  pvc: 'data',
  point: 'longhorn:default/a',
  at: '2026-01-31T02:00:00.000Z',
  dataAsOf: '2026-01-30T02:00:00Z',
};

describe('what outlives a restore test', () => {
  it('is what it has proved, and what the claim held', () => {
    expect(judgementOf(ended({ proof }))).toEqual({
      ...about,
      outcome: 'verified',
      strength: 'checksums',
      weaker: ['older_baseline'],
      totalMs: 5,
      files: 3,
      bytes: '17',
    });
  });

  it('is what was read in the point, as a mark', () => {
    expect(judgementOf(ended({ proof: { ...proof, manifest: 'SUMS' } }))).toMatchObject({
      read: [expect.stringMatching(/^[0-9a-f]{12}$/)],
    });
  });

  it('is what the claim held also where this cluster, or one it has adopted, was named', () => {
    expect(judgementOf(ended({ proof, clusterId: 'cluster-1' }))).toMatchObject({ outcome: 'verified', files: 3 });
  });

  it('is that it has refuted the point, and why', () => {
    const refuted = { outcome: 'refuted' as const, why: 'files: 2 found', verifyMs: 1, totalMs: 5, files: 2 };
    expect(judgementOf(ended({ proof: refuted }))).toEqual({
      ...about,
      outcome: 'refuted',
      why: 'files: 2 found',
      strength: 'mounts',
    });
  });

  it.each([
    ['an inconclusive test', ended({ proof: { ...proof, outcome: 'inconclusive' } })],
    ['a test that never began', ended({})],
    ['a point of another cluster', ended({ proof, foreignCluster: 'cluster-2' })],
    ['a refuted one', ended({ proof: { ...proof, outcome: 'refuted' }, foreignCluster: 'cluster-2' })],
    ['a plain restore', ended({ kind: 'Restore', proof })],
    ['a test without a point', ended({ proof, restorePoint: undefined })],
  ])('is nothing for %s', (_title, operation) => {
    expect(judgementOf(operation)).toBeUndefined();
  });
});
