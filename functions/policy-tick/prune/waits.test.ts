/** Walks at random through everything a prune may meet, and asks of each wait whether it is in the table. */
import fc from 'fast-check';
import { waitingStepOf } from '@soteria/shared/operation/engine/waits.ts';
import { expect, it, vi } from 'vitest';
import { createPruneBench } from './test-bench.ts';
import { pruneWaits } from './waits.ts';

vi.setConfig({ testTimeout: 60_000 });

const turn = fc.constantFrom(
  'wake',
  'wake',
  'read',
  'away',
  'back',
  'pause',
  'go on',
  'upload',
  'block',
  'free',
  'late',
);

it('every wait has a row in the table, and every row a wait', async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 5, maxLength: 30 }), async (turns) => {
      const bench = createPruneBench({ keepLast: 1, breaker: 100 });
      await bench.trust();
      for (const name of ['p1', 'p2', 'p3']) await bench.addPoint(name);
      await bench.evaluate();
      const holder = { uid: 'other', namespace: '', name: '', function: 'restore', kind: 'Restore' };
      for (const [index, one] of turns.entries()) {
        bench.pass(one === 'late' ? 16 * 60_000 : 30_000);
        if (one === 'read') bench.longhorn.syncTargets();
        if (one === 'away') bench.longhorn.makeTargetUnavailable('default', 'no such bucket');
        if (one === 'back') bench.longhorn.makeTargetAvailable('default');
        if (one === 'pause' || one === 'go on') bench.pause(one === 'pause');
        if (one === 'block') await bench.slots.enter(holder, { on: 'volume', key: 'vol', mode: 'shared' });
        if (one === 'free') await bench.slots.leave(holder.uid);
        if (one === 'upload') bench.longhorn.pullInterrupted(`u${index}`, 'vol');
        await bench.wake();
        for (const operation of await bench.prunes()) {
          if (operation.status?.settled === true) continue;
          const step = waitingStepOf(operation);
          met.add(step);
          expect(Object.keys(pruneWaits)).toContain(step);
        }
      }
    }),
    { numRuns: 150, seed: 20_261_128 },
  );
  expect([...met].toSorted()).toEqual(Object.keys(pruneWaits).toSorted());
});
