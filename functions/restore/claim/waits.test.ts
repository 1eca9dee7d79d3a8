/** Restores under every weather: whatever an open operation waits for has a row in the table. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { waitingStepOf } from '@soteria/shared/operation/engine/waits.ts';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { createTestBench, silent } from '../test-bench.ts';
import { restoreWaits } from './waits.ts';

// Hundreds of generated histories: on a busy machine more than the five seconds a test has.
vi.setConfig({ testTimeout: 60_000 });

it('every wait of a restore has a row', async () => {
  const met = new Set<string>();
  const weather = fc.record({
    faults: fc.nat({ max: 2 }),
    hasNoSpace: fc.boolean(),
    isWholeNamespace: fc.boolean(),
    rounds: fc.integer({ min: 1, max: 10 }),
  });
  await fc.assert(
    fc.asyncProperty(weather, async ({ faults, hasNoSpace, isWholeNamespace, rounds }) => {
      const bench = createTestBench();
      bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
      bench.faults.isFaulted = faults;
      if (hasNoSpace) bench.faults.unscheduled = 'no space on node-1';
      for (const name of ['one', 'two']) {
        const spec = isWholeNamespace
          ? ({ kind: 'NamespaceRestore', request: { namespace: 'shop', nameSuffix: `-${name}` } } as const)
          : ({ kind: 'Restore', request: { pvc: 'data', targetPvc: name } } as const);
        const verb = isWholeNamespace ? 'restore-namespace' : 'restore';
        await bench.store.create({ namespace: 'shop', name: `soteria-${verb}-${name}`, spec });
      }
      for (let round = 0; round < rounds; round += 1) {
        for (const { metadata, status } of await bench.store.list({ namespace: 'shop' })) {
          if (!isTerminal(status?.phase)) met.add(waitingStepOf({ status }));
          const ref = { namespace: 'shop', name: metadata.name };
          await advanceOperation(bench.tools, ref, { log: silent }).catch((error: unknown) => {
            if (!(error instanceof SoteriaError && error.isRetryable)) throw error;
          });
        }
        for (const { status } of await bench.store.list({ namespace: 'shop' })) {
          if (!isTerminal(status?.phase)) met.add(waitingStepOf({ status }));
        }
        bench.pass(2_000);
        await bench.step();
      }
    }),
    { numRuns: 60, seed: 20_260_131 },
  );
  const rows: readonly string[] = Object.keys(restoreWaits);
  expect([...met].filter((step) => !rows.includes(step))).toEqual([]);
  expect([...met].toSorted((a, b) => a.localeCompare(b))).toEqual(['claims', 'queue', 'restore', 'volume']);
});
