import type { Judgement } from '@soteria/shared/restore-points/claim-proof.ts';
import { describe, expect, it } from 'vitest';
import { baselineOf } from './baseline-of.ts';

function judged(point: string, day: number, more: Partial<Judgement> = {}): Judgement {
  const dataAsOf = `2026-01-0${day}T01:00:00Z`;
  return { point, outcome: 'verified', at: '2026-01-09T00:00:00Z', dataAsOf, files: day, bytes: String(day), ...more };
}
const of = (...points: Judgement[]) => ({ namespace: 'shop', pvc: 'data', points });
const tested = { point: 'c', dataAsOf: '2026-01-05T01:00:00Z' };

describe('the baseline of a restore test', () => {
  it.each([
    { when: 'nothing was ever proved', proof: undefined, baseline: {} },
    {
      when: 'the same point was proved before: exactly that',
      proof: of(judged('b', 4), judged('c', 5)),
      baseline: { expectFiles: 5, expectBytes: 5 },
    },
    {
      when: 'earlier points were proved: the youngest of them',
      proof: of(judged('a', 2), judged('b', 4)),
      baseline: { baselineFiles: 4, baselineBytes: 4 },
    },
    { when: 'only a younger point was proved: none', proof: of(judged('d', 7)), baseline: {} },
    {
      when: 'an earlier point was proved and refuted since: what it held when it was proved',
      proof: of(judged('b', 4, { outcome: 'refuted' })),
      baseline: { baselineFiles: 4, baselineBytes: 4 },
    },
    {
      when: 'an earlier point was refuted and never proved: none',
      proof: of(judged('b', 4, { outcome: 'refuted', files: undefined, bytes: undefined })),
      baseline: {},
    },
    {
      when: 'an earlier point held more bytes than a number can tell: its files alone',
      proof: of(judged('b', 4, { bytes: '99999999999999999999' })),
      baseline: { baselineFiles: 4, baselineBytes: undefined },
    },
  ])('$when', ({ proof, baseline }) => {
    expect(baselineOf(proof, tested)).toEqual(baseline);
  });

  it('is none for a point whose instant nobody knows', () => {
    expect(baselineOf(of(judged('a', 2)), { point: 'c', dataAsOf: undefined })).toEqual({});
  });
});
