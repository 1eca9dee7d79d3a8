import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addJudgement, type ClaimProof, type Judgement, lastVerified, standingOf } from './claim-proof.ts';

const none: ClaimProof = { namespace: 'shop', pvc: 'data', points: [] };
const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 2, minute)).toISOString();

function all(judgements: readonly Judgement[]): ClaimProof {
  return judgements.reduce<ClaimProof>((known, one) => addJudgement(known, one) ?? known, none);
}

const verified = (point: string, minute: number, files = 3): Judgement => ({
  point,
  outcome: 'verified',
  at: at(minute),
  files,
  bytes: '17',
});
const refuted = (point: string, minute: number, strength?: string): Judgement => ({
  point,
  outcome: 'refuted',
  at: at(minute),
  why: 'files: 2 found',
  ...(strength === undefined ? {} : { strength }),
});

describe('what restore tests say of a claim', () => {
  it('is the last proved point, and the one before when that one is refuted', () => {
    expect(lastVerified(all([verified('a', 1), verified('b', 2)]))?.point).toBe('b');
    expect(lastVerified(all([verified('a', 1), verified('b', 2), refuted('b', 3)]))?.point).toBe('a');
    expect(lastVerified(all([verified('a', 1), refuted('a', 2)]))).toBeUndefined();
  });

  it('is taken back when a refuted point is proved later', () => {
    expect(all([refuted('a', 1), verified('a', 2)]).points).toMatchObject([{ point: 'a', outcome: 'verified' }]);
    expect(all([verified('a', 2), refuted('a', 1)]).points).toMatchObject([{ point: 'a', outcome: 'verified' }]);
  });

  it.each([
    { by: 'mounts', stays: true },
    { by: 'checksums', stays: true },
    { by: 'application', stays: false },
  ])('is refuted by a damaged database though a proof down to $by comes later: $stays', ({ by, stays }) => {
    const both = [refuted('a', 1, 'application'), { ...verified('a', 2), strength: by }];
    for (const told of [both, both.toReversed()]) {
      expect(standingOf(all(told), 'a').refuted?.at).toBe(stays ? at(1) : undefined);
      expect(standingOf(all(told), 'a').verified).toMatchObject({ at: at(2), strength: by });
      expect(lastVerified(all(told))?.point).toBe(stays ? undefined : 'a');
    }
  });

  it.each([
    { by: 'counts', stays: true },
    { by: 'checksums', stays: false },
    { by: 'application', stays: false },
    // Nothing of it can be read: no proof is left.
    { by: 'mounts', stays: false },
  ])('still holds a proof down to checksums after a younger refutation by $by: $stays', ({ by, stays }) => {
    const both = [{ ...verified('a', 1), strength: 'checksums' }, refuted('a', 2, by)];
    for (const told of [both, both.toReversed()]) {
      expect(standingOf(all(told), 'a').verified?.at).toBe(stays ? at(1) : undefined);
      expect(standingOf(all(told), 'a').refuted).toMatchObject({ at: at(2), strength: by });
    }
  });

  it('keeps the stronger of two proofs, and the younger of two that go as far', () => {
    const strong = { ...verified('a', 1), strength: 'application' };
    const weak = { ...verified('a', 2), strength: 'mounts' };
    expect(standingOf(all([strong, weak]), 'a').verified).toMatchObject({ at: at(1), strength: 'application' });
    expect(standingOf(all([strong, { ...weak, strength: 'application' }]), 'a').verified?.at).toBe(at(2));
  });

  it('prefers a point that nobody disputes, and else the point whose proof goes further than what refutes it', () => {
    const disputed = [{ ...verified('b', 2), strength: 'checksums' }, refuted('b', 3, 'counts')];
    expect(lastVerified(all(disputed))?.point).toBe('b');
    expect(lastVerified(all([verified('a', 1), ...disputed]))?.point).toBe('a');
  });

  it('remembers everything that the proofs of a point have read', () => {
    const told = all([
      { ...verified('a', 1), strength: 'checksums', read: ['x'] },
      { ...verified('a', 2), strength: 'application', read: ['y'] },
      refuted('a', 3, 'application'),
    ]);
    expect(told.points).toMatchObject([{ outcome: 'refuted', read: ['x', 'y'], files: 3 }]);
  });

  it('still knows what a point held when it was proved, after it was refuted', () => {
    expect(all([verified('a', 1), refuted('a', 2)]).points).toMatchObject([{ outcome: 'refuted', files: 3 }]);
  });

  it('is bounded, whatever is reported and however long the reasons are', () => {
    const many = Array.from({ length: 50 }, (_none, minute) => [
      verified(`v${minute}`, minute),
      { ...refuted(`r${minute}`, minute), why: 'x'.repeat(5_000) },
    ]).flat();
    const told = all(many);
    expect(told.points.map(({ point }) => point)).toEqual(['r49', 'v49', 'r48', 'v48', 'r47', 'r46']);
    expect(JSON.stringify(told).length).toBeLessThan(1_500);
  });

  it.each([
    { are: 'unknown', strengths: [undefined] },
    { are: 'known', strengths: ['counts', 'checksums', 'application'] },
  ])('does not depend on the order or on repeats, where the strengths are $are', ({ strengths }) => {
    const judgement = fc
      .record({
        point: fc.constantFrom('a', 'b', 'c'),
        minute: fc.nat(50),
        isGood: fc.boolean(),
        strength: fc.constantFrom(...strengths),
      })
      .map(({ point, minute, isGood, strength }) => {
        const judged = isGood ? verified(point, minute) : refuted(point, minute);
        return strength === undefined ? judged : Object.assign({}, judged, { strength });
      });
    // No two judgements about one point have the same instant.
    const history = fc.uniqueArray(judgement, { maxLength: 8, selector: ({ point, at: when }) => point + when });
    const outcomes = (told: ClaimProof) => told.points.map(({ point, outcome, at: when }) => [point, outcome, when]);
    fc.assert(
      fc.property(history, fc.func(fc.integer()), (judgements, rank) => {
        const shuffled = judgements.toSorted((a, b) => rank(a) - rank(b));
        // Three points: the limit of two proved ones is the only thing that an order can be seen by.
        fc.pre(new Set(judgements.filter(({ outcome }) => outcome === 'verified').map(({ point }) => point)).size <= 2);
        expect(outcomes(all([...shuffled, ...judgements]))).toEqual(outcomes(all(judgements)));
      }),
    );
  });
});
