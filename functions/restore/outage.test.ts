/** Ten minutes without an API server, at every call of a restore: nothing fails by it, nothing is left. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { createOutage } from '@soteria/shared/operation/record/testing/outage.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AdvanceTools, advanceOperation } from './advance.ts';
import { createTestBench, silent, withParts } from './test-bench.ts';

const name = 'soteria-restore-data-1';

it('an outage costs no restore, at whatever call it begins, and whether or not that call is done', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 5 }), fc.nat({ max: 40 }), fc.boolean(), async (steps, afterCalls, losesAnswer) => {
      const bench = createTestBench();
      bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
      const outage = createOutage();
      const { store, longhorn, restores, cluster, claims } = bench.parts;
      const tools: AdvanceTools = {
        ...withParts(bench, {
          store: outage.behind(store),
          longhorn: outage.behind(longhorn),
          restores: outage.behind(restores),
          cluster: outage.behind(cluster),
          claims: outage.behind(claims),
        }),
        slots: outage.behind(bench.tools.slots),
      };
      const round = async () => {
        try {
          await advanceOperation(tools, { namespace: 'shop', name }, { log: silent });
        } catch (error) {
          if (!(error instanceof SoteriaError && error.isRetryable)) throw error;
        }
        // Longhorn itself goes on.
        await bench.step();
        bench.pass(2 * 60_000);
      };
      await store.create({
        namespace: 'shop',
        name,
        spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
      });
      for (let step = 0; step < steps; step += 1) await round();
      outage.begin({ afterCalls, losesAnswer });
      for (let minute = 0; minute < 10; minute += 2) await round();
      outage.end();
      for (let count = 0; count < 14; count += 1) await round();
      expect((await store.get({ namespace: 'shop', name }))?.status).toMatchObject({
        phase: 'Succeeded',
        settled: true,
      });
      expect(await bench.everythingMade()).toHaveLength(3);
      expect(await bench.tools.slots.entries()).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 60_000);
