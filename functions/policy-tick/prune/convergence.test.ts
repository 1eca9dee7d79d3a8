/**
 * Any order, any duplicates, any crash converges, and never is the newest or the last verified point deleted: generated sets of points and
 * histories of ticks and wake-ups against the fake Longhorn, with the process killed before or after any single call.
 */
import fc from 'fast-check';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { describe, expect, it, vi } from 'vitest';
import { createPruneBench } from './test-bench.ts';

vi.setConfig({ testTimeout: 60_000 });

type Bench = ReturnType<typeof createPruneBench>;

const retention = fc.constantFrom(
  { keepLast: 1, breaker: 100 },
  { keepLast: 2, keepWeekly: 2, breaker: 100 },
  { keepDaily: 3, minAge: '2d', breaker: 100 },
  { latestOnly: true, breaker: 100 },
);
const judged = fc.constantFrom('nothing', 'nothing', 'verified', 'refuted', 'held');
const points = fc.array(judged, { minLength: 2, maxLength: 6 });
const move = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: 'tick' as const }) },
  { weight: 6, arbitrary: fc.constant({ do: 'wake' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'back up' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      after: fc.integer({ min: 0, max: 40 }),
      isAfter: fc.boolean(),
      isTick: fc.boolean(),
    }),
  },
);

async function fill(bench: Bench, kinds: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, kind] of kinds.entries()) {
    const id = await bench.addPoint(`p${index + 1}`);
    ids.push(id);
    if (kind === 'verified' || kind === 'refuted') await bench.judge(id, kind);
    if (kind === 'held') await bench.holds.keep({ point: id, by: 'alice', at: bench.now().toISOString() });
  }
  return ids;
}

/** By a reading of its own: what must be there whatever happens. */
function precious(kinds: readonly string[], ids: readonly string[]): string[] {
  const newest = ids.at(-1);
  const good = ids.findLast((_id, index) => kinds[index] !== 'refuted');
  const verified = ids.findLast((_id, index) => kinds[index] === 'verified');
  const held = ids.filter((_id, index) => kinds[index] === 'held');
  return [newest, good, verified, ...held].filter((one) => one !== undefined);
}

const present = async ({ longhorn }: Bench) =>
  new Set((await longhorn.backups.list({})).map(({ name }) => `longhorn:default/${name}`));

async function expectPrecious(bench: Bench, kept: readonly string[]): Promise<void> {
  const there = await present(bench);
  expect(kept.filter((id) => !there.has(id))).toEqual([]);
}

describe('a prune, whatever happens to the process', () => {
  it('never deletes the newest, the last verified or a held point, ends, and leaves nothing to delete', async () => {
    await fc.assert(
      fc.asyncProperty(retention, points, fc.array(move, { maxLength: 25 }), async (rule, kinds, moves) => {
        const bench = createPruneBench(rule);
        await bench.trust();
        const ids = await fill(bench, kinds);
        const kept = precious(kinds, ids);
        let made = 0;
        for (const one of moves) {
          bench.pass(1_500);
          if (one.do === 'back up') {
            made += 1;
            kept.push(await bench.addPoint(`n${made}`));
            // The newest of before need not stay any more.
            kept.splice(
              0,
              kept.length,
              ...precious(
                [...kinds, ...Array.from({ length: made }, () => 'nothing')],
                [...ids, ...Array.from({ length: made }, (_none, index) => `longhorn:default/n${index + 1}`)],
              ),
            );
          }
          if (one.do === 'kill') bench.killer.arm(one.after, one.isAfter);
          if (one.do === 'tick' || (one.do === 'kill' && one.isTick)) await bench.evaluate();
          if (one.do === 'wake' || (one.do === 'kill' && !one.isTick)) await bench.wake();
          bench.killer.disarm();
          await expectPrecious(bench, kept);
        }
        await bench.evaluate();
        await bench.settle(80);
        const prunes = await bench.prunes();
        expect(prunes.every(({ status }) => isTerminal(status?.phase) && status?.settled === true)).toBe(true);
        await expectPrecious(bench, kept);
        expect(await bench.slots.entries()).toEqual([]);
        const watched = (await bench.longhorn.backups.list({})).filter(({ marks }) => marks[watchLabel] !== undefined);
        expect(watched).toEqual([]);
        // Deciding again after acting yields nothing.
        await bench.evaluate();
        expect(await bench.prunes()).toHaveLength(prunes.length);
      }),
      { numRuns: 120 },
    );
  });

  it.each([false, true])(
    'goes on where it was when it is killed at each call in turn, after the call: %s',
    async (isAfter) => {
      for (let call = 0; call < 70; call += 1) {
        const bench = createPruneBench({ keepLast: 1, breaker: 100 });
        await bench.trust();
        for (const name of ['p1', 'p2', 'p3']) await bench.addPoint(name);
        bench.killer.arm(call, isAfter);
        await bench.evaluate();
        await bench.wake();
        await bench.wake();
        bench.killer.disarm();
        await bench.evaluate();
        await bench.settle();
        expect(await bench.names()).toEqual(['p3']);
        const done = (await bench.prunes()).filter(({ status }) => status?.phase === 'Succeeded');
        expect(done.flatMap(({ status }) => status?.result?.deletedPoints ?? []).toSorted()).toEqual([
          'longhorn:default/p1',
          'longhorn:default/p2',
        ]);
        expect(bench.announced.length).toBeGreaterThan(0);
      }
    },
  );
});
