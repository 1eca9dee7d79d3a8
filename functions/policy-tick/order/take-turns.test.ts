import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DueBackup, takeTurns, type TurnState } from './take-turns.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 2, minute));
const due = (policy: string, namespace: string, claim: string, minute = 0): DueBackup => ({
  policy,
  namespace,
  claim,
  dueAt: at(minute),
});
const idle: TurnState = { running: new Map(), lastServedAt: new Map() };
const all = { free: Infinity, concurrency: new Map() };
const names = (started: readonly DueBackup[]) =>
  started.map(({ policy, namespace, claim }) => `${policy}/${namespace}/${claim}`);

describe('the turns', () => {
  it('alternate between policies, then between namespaces, the longest due first', () => {
    const waiting = [
      due('a', 'x', '1', 5),
      due('a', 'x', '2', 1),
      due('a', 'x', '3', 1),
      due('a', 'y', '1', 9),
      due('b', 'x', '1', 9),
    ];
    expect(names(takeTurns(waiting, idle, all))).toEqual(['a/x/2', 'b/x/1', 'a/y/1', 'a/x/3', 'a/x/1']);
  });

  it('a policy of a thousand claims holds up a policy of one for one backup at most, also with one slot', () => {
    const large = Array.from({ length: 1_000 }, (_none, index) => due('a-large', `n${index % 7}`, `c${index}`));
    const small = due('z-small', 'n', 'only', 30);
    let waiting = [...large];
    const started: string[] = [];
    let lastServedAt = new Map<string, Date>();
    for (let minute = 0; minute < 40; minute += 1) {
      if (minute === 30) waiting.push(small);
      // One slot, which each backup leaves before the next minute.
      const [next] = takeTurns(waiting, { running: new Map(), lastServedAt }, { free: 1, concurrency: new Map() });
      if (next === undefined) throw new Error('a slot is left free');
      waiting = waiting.filter((one) => one !== next);
      started.push(next.policy);
      lastServedAt = new Map([
        ...lastServedAt,
        [next.policy, at(minute)],
        [`${next.policy}/${next.namespace}`, at(minute)],
      ]);
    }
    expect(started.indexOf('z-small')).toBe(30);
  });

  it('count what is under way', () => {
    const waiting = [due('a', 'x', '1'), due('a', 'x', '2'), due('b', 'x', '1'), due('b', 'x', '2')];
    const busy = { ...idle, running: new Map([['a', 2]]) };
    expect(names(takeTurns(waiting, busy, { ...all, free: 3 }))).toEqual(['b/x/1', 'b/x/2', 'a/x/1']);
  });

  it('heed the limit of a policy and the free slots', () => {
    const waiting = Array.from({ length: 9 }, (_none, index) => due(index < 6 ? 'a' : 'b', 'x', String(index)));
    const limits = { free: 5, concurrency: new Map([['a', 2]]) };
    expect(names(takeTurns(waiting, { ...idle, running: new Map([['a', 1]]) }, limits))).toEqual([
      'b/x/6',
      'a/x/0',
      'b/x/7',
      'b/x/8',
    ]);
    expect(takeTurns(waiting, idle, { ...limits, free: 0 })).toEqual([]);
  });

  it('serve everything once, in an order that does not depend on how it is listed, and evenly', () => {
    const item = fc.record({
      policy: fc.constantFrom('a', 'b', 'c'),
      namespace: fc.constantFrom('x', 'y'),
      claim: fc.nat(20),
    });
    const items = fc.uniqueArray(item, { maxLength: 40, selector: (one) => JSON.stringify(one) });
    fc.assert(
      fc.property(items, fc.func(fc.integer()), (chosen, rank) => {
        const waiting = chosen.map(({ policy, namespace, claim }) => due(policy, namespace, String(claim), claim % 3));
        const started = takeTurns(waiting, idle, all);
        expect(names(started).toSorted()).toEqual(names(waiting).toSorted());
        const shuffled = waiting.toSorted((one, other) => rank(names([one])[0]) - rank(names([other])[0]));
        expect(names(takeTurns(shuffled, idle, all))).toEqual(names(started));
        // At every moment, of two policies that both still wait, none is ahead by more than one.
        for (let count = 1; count <= started.length; count += 1) {
          const [served, left] = [started.slice(0, count), started.slice(count)];
          const counts = [...new Set(left.map(({ policy }) => policy))].map(
            (id) => served.filter(({ policy }) => policy === id).length,
          );
          expect(Math.max(0, ...counts) - Math.min(...counts, Infinity)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('of a hundred thousand due claims are found in a moment', () => {
    const waiting = Array.from({ length: 100_000 }, (_none, index) =>
      due(`p${index % 1_000}`, `n${index % 300}`, `c${index}`),
    );
    const before = process.cpuUsage();
    expect(takeTurns(waiting, idle, all)).toHaveLength(100_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
