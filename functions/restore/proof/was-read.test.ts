import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { describe, expect, it } from 'vitest';
import { marksOfProof, wasReadIn } from './was-read.ts';

const own = '.soteria/SHA256SUMS';
const asking = (verify: NonNullable<OperationRequest['verify']>): OperationRequest => ({ pvc: 'data', verify });

function proofOf(read: readonly string[], point = 'a'): ClaimProof {
  const at = '2026-01-09T00:00:00Z';
  return { namespace: 'shop', pvc: 'data', points: [{ point, outcome: 'verified', at, read: [...read] }] };
}

describe('what the proofs of a point have read', () => {
  it('is the manifest and the databases that their requests name', () => {
    const first = asking({ manifest: 'SUMS', database: 'sqlite', databaseFiles: ['a.db', 'b.db'] });
    const proof = proofOf(marksOfProof(first, 'SUMS'));
    expect(wasReadIn(proof, 'a', first)).toEqual({ wasRead: ['SUMS', 'a.db', 'b.db'], hadDatabases: false });
    const second = asking({ manifest: 'SUM', database: 'sqlite', databaseFiles: ['b.db', 'SUMS'] });
    expect(wasReadIn(proof, 'a', second)).toEqual({ wasRead: ['b.db'], hadDatabases: false });
  });

  it('is the record that the claim keeps of itself, also where no request names it', () => {
    const proof = proofOf(marksOfProof({ pvc: 'data' }, own));
    expect(wasReadIn(proof, 'a', { pvc: 'data' })).toEqual({ wasRead: [own], hadDatabases: false });
  });

  it('is that there were databases, where a test has found them by itself', () => {
    const found = asking({ database: 'sqlite' });
    const proof = proofOf(marksOfProof(found, undefined));
    expect(wasReadIn(proof, 'a', found)).toEqual({ wasRead: [], hadDatabases: true });
  });

  it('is nothing of another point', () => {
    const found = asking({ manifest: 'SUMS', database: 'sqlite' });
    const nothing = { wasRead: [], hadDatabases: false };
    expect(wasReadIn(proofOf(marksOfProof(found, 'SUMS'), 'b'), 'a', found)).toEqual(nothing);
    expect(wasReadIn(undefined, 'a', found)).toEqual(nothing);
  });
});
