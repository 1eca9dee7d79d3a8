import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CoverageRecord, isAccounted, totalsOf } from './coverage-record.ts';
import { decodeCoverage, encodeCoverage, maxCoverageBytes } from './encode-coverage.ts';
import { coverageCodes, reasonOf } from './reasons.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,30}$/);
const record: fc.Arbitrary<CoverageRecord> = fc.record(
  {
    code: fc.constantFrom(...coverageCodes),
    policy: word,
    detail: fc.string({ maxLength: 60 }),
    dueAt: fc.constantFrom('2026-05-02T02:00:00Z', '2026-05-02T03:00:00Z'),
    nextDueAt: fc.constantFrom('2026-05-03T02:00:00Z', '2026-05-03T03:00:00Z'),
    rpoSeconds: fc.constantFrom(3600, 93_600),
    missedSince: fc.constantFrom('2026-05-01T02:00:00Z'),
    proveBy: fc.constantFrom('2026-05-08T02:00:00Z', '2026-05-09T02:00:00Z'),
    protectedBy: fc.constantFrom('recurring-job/daily'),
  },
  { requiredKeys: ['code'] },
);
const coverage = fc
  .array(fc.tuple(word, record), { maxLength: 40 })
  .map((entries) => new Map(entries.map(([name, one]) => [name, { ...one }] as const)));

describe('the coverage of a namespace', () => {
  it('holds the second of each claim’s newest data beside records that claims share', () => {
    const shared: CoverageRecord = { code: 'fresh', policy: 'nightly' };
    const at = new Map([['a', new Date('2026-05-02T02:00:10Z')]]);
    const records = new Map(['a', 'b'].map((name) => [name, shared]));
    const text = encodeCoverage(records, undefined, (name) => at.get(name));
    expect(JSON.parse(text).groups).toHaveLength(1);
    expect(decodeCoverage(text)).toEqual({ records, newestAt: at, unnamed: 0 });
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(coverage, (records) => {
        const { records: read, unnamed } = decodeCoverage(encodeCoverage(records));
        expect(read).toEqual(records);
        expect(unnamed).toBe(0);
      }),
    );
  });

  it('is the same text in whatever order the claims come: what has not changed is not written', () => {
    fc.assert(
      fc.property(coverage, fc.func(fc.integer()), (records, rank) => {
        const shuffled = [...records].toSorted((a, b) => rank(a[0]) - rank(b[0]));
        const copied = shuffled.map(([name, one]) => [name, { ...one }] as const);
        expect(encodeCoverage(new Map(copied))).toBe(encodeCoverage(records));
      }),
    );
  });

  it('never outgrows its ConfigMap, counts every claim, and names those that are in danger last to go', () => {
    const lots = (count: number, one: (index: number) => CoverageRecord) =>
      new Map(Array.from({ length: count }, (_none, index) => [`${'claim-name-'.repeat(6)}${index}`, one(index)]));
    const records = lots(12_000, (index) =>
      index % 100 === 0
        ? { code: 'volume_faulted', policy: 'p', detail: `of ${index}` }
        : { code: 'fresh', policy: 'p' },
    );
    const text = encodeCoverage(records);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxCoverageBytes);
    const { records: named, unnamed } = decodeCoverage(text);
    expect(named.size + unnamed).toBe(12_000);
    expect([...named.values()].every(({ code }) => code === 'volume_faulted')).toBe(true);
    expect(named.size).toBe(120);
  });

  it('of ten thousand claims with ordinary names fits whole', () => {
    const records = new Map(
      Array.from({ length: 10_000 }, (_none, index) => [`data-web-${index}`, { code: 'fresh', policy: 'p' } as const]),
    );
    const text = encodeCoverage(records);
    expect(Buffer.byteLength(text)).toBeLessThan(200_000);
    expect(decodeCoverage(text).records.size).toBe(10_000);
  });

  it.each([undefined, '', '{', '{"version":2}', '{"version":1,"groups":[{"code":"of tomorrow","claims":"a"}]}'])(
    'that cannot be read (%s) is none',
    (text) => {
      expect(decodeCoverage(text)).toEqual({ records: new Map(), newestAt: new Map(), unnamed: 0 });
    },
  );
});

describe('the percentage', () => {
  it('drops an instant that somebody has spoiled by hand, and keeps the rest of the record', () => {
    const group = {
      code: 'fresh',
      policy: 'p',
      missedSince: 'yesterday',
      proveBy: '',
      claims: 'data@zzzzzzzzzzzzzzzz',
    };
    const { records, newestAt } = decodeCoverage(JSON.stringify({ version: 1, groups: [group] }));
    expect(records).toEqual(new Map([['data', { code: 'fresh', policy: 'p' }]]));
    expect(newestAt).toEqual(new Map());
  });

  it('is 100 only when each claim is accounted for', () => {
    const fresh = new Map(Array.from({ length: 999 }, (_none, index) => [`a${index}`, { code: 'fresh' } as const]));
    expect(totalsOf([fresh])).toMatchObject({ claims: 999, percent: 100 });
    expect(totalsOf([fresh, new Map([['b', { code: 'no_policy' }]])])).toMatchObject({
      claims: 1000,
      accounted: 999,
      percent: 99,
      states: { not_due: 999, unprotected: 1 },
    });
    expect(totalsOf([])).toMatchObject({ claims: 0, percent: null });
  });

  it('counts a claim that is excluded on purpose, and not one whose objective is missed', () => {
    expect(isAccounted({ code: 'excluded_by_claim', detail: 'cache' })).toBe(true);
    expect(isAccounted({ code: 'running', missedSince: '2026-05-01T02:00:00Z' })).toBe(false);
  });

  it('every reason that needs somebody says what to do', () => {
    for (const code of coverageCodes) {
      const { isAccounted: isFine, fix } = reasonOf(code);
      expect(isFine || fix !== undefined, code).toBe(true);
    }
  });
});
