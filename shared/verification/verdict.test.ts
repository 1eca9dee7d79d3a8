import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Verdict, encodeVerdict, maxVerdictBytes, parseVerdict } from './verdict.ts';

const verified: Verdict = {
  version: 1,
  outcome: 'verified',
  strength: 'counts',
  weaker: ['no_baseline'],
  files: 3,
  folders: 1,
  bytes: 17,
  sampled: 0,
  durationMs: 12,
  checks: [{ name: 'mount', outcome: 'passed', detail: 'readable' }],
};

describe('a verdict', () => {
  test('comes back as it was written', () => {
    expect(parseVerdict(encodeVerdict(verified))).toEqual(verified);
  });

  test('fits a termination message, whatever its checks say, and keeps its outcome', () => {
    const check = fc.record({
      name: fc.string({ maxLength: 60 }),
      outcome: fc.constantFrom('passed' as const, 'failed' as const, 'impossible' as const),
      detail: fc.string({ unit: 'grapheme', maxLength: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(check, { maxLength: 200 }), (checks) => {
        const text = encodeVerdict({ ...verified, outcome: 'refuted', checks });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxVerdictBytes);
        expect(parseVerdict(text)).toMatchObject({ outcome: 'refuted', files: 3 });
      }),
    );
  });

  test('keeps a failure when there is no room for what has passed', () => {
    const passed = Array.from({ length: 100 }, (_none, at) => ({
      name: `passed ${at}`,
      outcome: 'passed' as const,
      detail: 'x'.repeat(300),
    }));
    const failure = { name: 'checksums', outcome: 'failed' as const, detail: 'two files differ' };
    expect(parseVerdict(encodeVerdict({ ...verified, checks: [...passed, failure] }))?.checks).toEqual([failure]);
  });

  test('keeps a failure whose name is as long as a path can be', () => {
    const failures = Array.from({ length: 64 }, (_none, at) => ({
      name: `sqlite ${at}/${'d/'.repeat(2000)}x.db`,
      outcome: 'failed' as const,
      detail: 'database disk image is malformed',
    }));
    const told = parseVerdict(encodeVerdict({ ...verified, outcome: 'refuted', checks: failures }));
    expect(told?.checks[0]).toMatchObject({ name: expect.stringMatching(/^sqlite 0\//), detail: failures[0]?.detail });
  });

  test.each(['', 'Killed', '{', '{"version":2}', '{"outcome":"verified"}', 'null'])('%j is none', (text) => {
    expect(parseVerdict(text)).toBeUndefined();
  });
});
