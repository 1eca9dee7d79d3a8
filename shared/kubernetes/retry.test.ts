import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from '../http/backoff.ts';
import { defaultRetryLimits, retryDelayMs, type FailedTry } from './retry.ts';

const limits = { ...defaultRetryLimits, maxTries: 5, maxTotalMs: 10_000, baseMs: 100, capMs: 1_000 };

function refused(httpStatus: number, reason?: string): FailedTry['outcome'] {
  return { kind: 'refused', httpStatus, reason };
}

function network(facts: { wasNeverSent?: boolean; isPermanent?: boolean } = {}): FailedTry['outcome'] {
  return { kind: 'network', wasNeverSent: false, isPermanent: false, ...facts };
}

/** How often a call is tried that fails alike each time. */
function triesOf(outcome: FailedTry['outcome'], isRepeatable: boolean): number {
  let tries = 1;
  while (
    retryDelayMs({ outcome, isRepeatable, tries, elapsedMs: 0, retryAfterMs: undefined }, limits, () => 1) !== undefined
  ) {
    tries += 1;
  }
  return tries;
}

describe('whether a failed call is tried again', () => {
  const cases: readonly (readonly [title: string, outcome: FailedTry['outcome'], tries: number, triesOnce: number])[] =
    [
      ['429', refused(429, 'TooManyRequests'), 5, 5],
      ['500 of the server itself', refused(500, 'InternalError'), 2, 1],
      ['500 without a reason', refused(500), 1, 1],
      ['500 with another reason', refused(500, 'Invalid'), 1, 1],
      ['502', refused(502), 5, 1],
      ['503', refused(503, 'ServiceUnavailable'), 5, 1],
      ['504', refused(504, 'Timeout'), 5, 1],
      ['409', refused(409, 'Conflict'), 1, 1],
      ['422', refused(422, 'Invalid'), 1, 1],
      ['403', refused(403, 'Forbidden'), 1, 1],
      ['a broken connection', network(), 5, 1],
      ['a refused connection', network({ wasNeverSent: true }), 5, 5],
      ['a certificate that does not fit', network({ wasNeverSent: true, isPermanent: true }), 1, 1],
    ];
  it.each(cases)('%s: %j → %i tries, or %i when it must not happen twice', (_title, outcome, tries, triesOnce) => {
    expect(triesOf(outcome, true)).toBe(tries);
    expect(triesOf(outcome, false)).toBe(triesOnce);
  });

  it('waits as long as the server asks, and gives up when that is longer than there is time', () => {
    const failed = { outcome: refused(429), isRepeatable: true, tries: 1, elapsedMs: 4_000 };
    expect(retryDelayMs({ ...failed, retryAfterMs: 5_000 }, limits, () => 0)).toBe(5_000);
    expect(retryDelayMs({ ...failed, retryAfterMs: 5_000 }, limits, () => 0.5)).toBe(5_050);
    expect(retryDelayMs({ ...failed, retryAfterMs: 7_000 }, limits, () => 0)).toBeUndefined();
  });
});

describe('back-off', () => {
  it('doubles its upper bound up to the cap, and jitters over all of it', () => {
    const bounds = [1, 2, 3, 4, 5, 60].map((failures) => backoffMs(failures, limits, () => 1));
    expect(bounds).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backoffMs(4, limits, () => 0)).toBe(0);
    expect(backoffMs(4, limits, () => 0.25)).toBe(200);
  });

  const now = Date.parse('2025-01-02T03:04:05Z');
  const headers: readonly (readonly [header: string | undefined, ms: number | undefined])[] = [
    ['7', 7_000],
    ['0', 0],
    ['Thu, 02 Jan 2025 03:04:15 GMT', 10_000],
    ['Thu, 02 Jan 2025 03:04:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ];
  it.each(headers)('reads Retry-After: %s as %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
