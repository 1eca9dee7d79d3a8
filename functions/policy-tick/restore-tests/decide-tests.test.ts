import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClaimToProve, decideTests, type TestRule } from './decide-tests.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 4, 1);
const gib = 2n ** 30n;

function claim(name: string, members: Partial<ClaimToProve> = {}): ClaimToProve {
  return {
    namespace: 'shop',
    name,
    since: new Date(start),
    testedAt: undefined,
    pointBytes: gib,
    isTesting: false,
    ...members,
  };
}

interface Played {
  /** Of each test: the claim, and the hour. */
  readonly tests: readonly { readonly name: string; readonly hour: number }[];
}

/** Ticks once an hour; each test ends within the hour. */
function play(claims: readonly ClaimToProve[], rule: TestRule, hours: number, roundHours?: number): Played {
  const testedAt = new Map(claims.map((one) => [one.name, one.testedAt]));
  const tests: { name: string; hour: number; bytes: bigint }[] = [];
  for (let hour = 1; hour <= hours; hour += 1) {
    const now = new Date(start + hour * hourMs);
    const step = (roundHours ?? 1) * hourMs;
    const last = new Date(start + Math.floor((now.getTime() - start) / step) * step);
    const round = roundHours === undefined ? {} : { round: { last, next: new Date(last.getTime() + step) } };
    const bytesReadToday = tests.filter((one) => one.hour > hour - 24).reduce((sum, { bytes }) => sum + bytes, 0n);
    const current = claims.map((one) => ({ ...one, testedAt: testedAt.get(one.name) }));
    const decide = (of: readonly ClaimToProve[]) =>
      decideTests(of, { ...rule, ...round }, { now, bytesReadToday, free: 1_000 });
    for (const { claim: chosen } of decide(current).start) {
      testedAt.set(chosen.name, now);
      tests.push({ name: chosen.name, hour, bytes: chosen.pointBytes ?? 0n });
    }
    // Deciding again after acting starts none of those again.
    const again = decide(claims.map((one) => ({ ...one, testedAt: testedAt.get(one.name) }))).start;
    expect(again.some(({ claim: chosen }) => testedAt.get(chosen.name)?.getTime() === now.getTime())).toBe(false);
  }
  return { tests };
}

describe('restore tests in turn', { timeout: 30_000 }, () => {
  const many = Array.from({ length: 70 }, (_none, index) => claim(`c${index}`));
  const weekly: TestRule = { everyMs: 7 * dayMs };

  it('prove each claim within its period, for ever', () => {
    const { tests } = play(many, weekly, 24 * 35);
    for (const { name } of many) {
      const hours = [0, ...tests.filter((one) => one.name === name).map(({ hour }) => hour), 24 * 35];
      const gaps = hours.slice(1).map((hour, index) => hour - (hours[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(24 * 7);
    }
  });

  it('are spread over the period', () => {
    const { tests } = play(many, weekly, 24 * 7);
    const perDay = Map.groupBy(tests, ({ hour }) => Math.floor(hour / 24));
    expect(Math.max(...[...perDay.values()].map((ofDay) => ofDay.length))).toBeLessThan(25);
  });

  it('spread again after all were tested at once', () => {
    const together = many.map((one) => ({ ...one, testedAt: new Date(start) }));
    const { tests } = play(together, weekly, 24 * 7);
    expect(new Set(tests.map(({ hour }) => hour)).size).toBeGreaterThan(20);
  });

  it('keep within the budget, and a large claim has its turn though small ones wait', () => {
    const claims = [...many.slice(0, 30), claim('large', { pointBytes: 20n * gib })];
    const { tests } = play(claims, { ...weekly, budgetBytes: 8n * gib }, 24 * 14);
    for (let hour = 1; hour <= 24 * 14; hour += 1) {
      const inDay = tests.filter((one) => one.hour > hour - 24 && one.hour <= hour);
      const isAlone = inDay.length === 1 && inDay[0]?.name === 'large';
      const gibs = inDay.reduce((sum, { name }) => sum + (name === 'large' ? 20 : 1), 0);
      if (!isAlone && inDay.every(({ name }) => name !== 'large')) expect(gibs).toBeLessThanOrEqual(8);
    }
    expect(tests.some(({ name }) => name === 'large')).toBe(true);
    const decision = decideTests(
      claims,
      { ...weekly, budgetBytes: 4n * gib },
      { now: new Date(start), bytesReadToday: 0n, free: 1 },
    );
    expect(decision.bytesPerDay).toBe((50n * gib) / 7n);
  });

  it('with a schedule run in its rounds alone, once in each, and still within the period', () => {
    const { tests } = play(many, { everyMs: 21 * dayMs }, 24 * 63, 24 * 7);
    expect(tests.every(({ hour }) => hour % (24 * 7) === 0)).toBe(true);
    for (const { name } of many) {
      const hours = tests.filter((one) => one.name === name).map(({ hour }) => hour);
      expect(new Set(hours).size).toBe(hours.length);
      expect(hours.length).toBeGreaterThanOrEqual(2);
      for (const [index, hour] of hours.entries()) expect(hour - (hours[index - 1] ?? 0)).toBeLessThanOrEqual(24 * 21);
    }
    const rounds = new Set(tests.map(({ hour }) => hour));
    expect(rounds.size).toBeGreaterThan(5);
  });

  it('every Sunday of every claim, when the period is the week', () => {
    const { tests } = play(many, weekly, 24 * 29, 24 * 7);
    expect(tests).toHaveLength(70 * 4);
  });

  it('say what was never tested and by when, what is overdue, and leave out what has no point or is being tested', () => {
    const claims = [
      claim('new'),
      claim('none', { pointBytes: undefined }),
      claim('busy', { isTesting: true, testedAt: new Date(start - 9 * dayMs) }),
      claim('late', { testedAt: new Date(start - 8 * dayMs) }),
    ];
    const decision = decideTests(claims, weekly, { now: new Date(start), bytesReadToday: 0n, free: 5 });
    const names = (plans: typeof decision.start) => plans.map(({ claim: of }) => of.name);
    expect(names(decision.start)).toEqual(['late']);
    expect(names(decision.overdue)).toEqual(['busy', 'late']);
    expect(names(decision.neverTested)).toEqual(['new', 'none']);
    expect(decision.neverTested[0]?.by).toEqual(new Date(start + 7 * dayMs));
  });

  it('that end without a verdict do not run again for each day of a pause', () => {
    const rule: TestRule = { everyMs: 30 * dayMs };
    const now = new Date(start + 200 * dayMs);
    let askedFor: Date | undefined;
    let runs = 0;
    for (let tick = 0; tick < 10; tick += 1) {
      const state = { now, bytesReadToday: 0n, free: 5 };
      const [plan] = decideTests([claim('data', { askedFor })], rule, state).start;
      if (plan === undefined) break;
      askedFor = plan.dueAt;
      runs += 1;
    }
    expect(runs).toBeLessThanOrEqual(2);
  });

  it('of a claim without a verdict are due again after a twentieth of the period, under another due instant', () => {
    const decide = (members: Partial<ClaimToProve>, hour: number) =>
      decideTests([claim('c1', members)], weekly, {
        now: new Date(start + hour * hourMs),
        bytesReadToday: 0n,
        free: 1,
      });
    const [first] = decide({}, 24 * 7).start;
    const askedFor = first?.dueAt ?? expect.fail('no test is due');
    const askedAtHour = Math.floor((askedFor.getTime() - start) / hourMs);
    expect(decide({ askedFor }, askedAtHour + 8).start).toEqual([]);
    const [again] = decide({ askedFor }, askedAtHour + 10).start;
    expect(again?.dueAt.getTime()).toBe(askedFor.getTime() + 8.4 * hourMs);
    // After the verdict the period begins anew.
    expect(decide({ askedFor, testedAt: new Date(askedFor.getTime() + hourMs) }, askedAtHour + 24).start).toEqual([]);
  });

  it('of a round are asked for once, whatever became of them', () => {
    const rule = { ...weekly, round: { last: new Date(start + dayMs), next: new Date(start + 8 * dayMs) } };
    const state = { now: new Date(start + 25 * hourMs), bytesReadToday: 0n, free: 1 };
    const [due] = decideTests([claim('c1')], rule, state).start;
    expect(due?.dueAt).toEqual(rule.round.last);
    expect(decideTests([claim('c1', { askedFor: rule.round.last })], rule, state).start).toEqual([]);
  });

  it('are due though a wrong clock has dated a test a year ahead', () => {
    const ahead = new Date(start + 365 * dayMs);
    const state = { now: new Date(start + 7 * dayMs), bytesReadToday: 0n, free: 1 };
    expect(decideTests([claim('c1', { testedAt: ahead, askedFor: ahead })], weekly, state).start).toHaveLength(1);
  });

  it('never start more than are free', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.bigInt(0n, 30n), (free, gibs, read) => {
        const testedAt = new Date(start - 8 * dayMs);
        const late = Array.from({ length: 20 }, (_none, index) => claim(`c${index}`, { testedAt }));
        const rule = { ...weekly, budgetBytes: BigInt(gibs) * gib };
        const { start: started, waiting } = decideTests(late, rule, {
          now: new Date(start),
          bytesReadToday: read * gib,
          free,
        });
        expect(started.length).toBeLessThanOrEqual(free);
        expect(started.length + waiting.length).toBe(20);
        expect(started.length <= 1 || BigInt(started.length) + read <= BigInt(gibs)).toBe(true);
      }),
    );
  });
});
