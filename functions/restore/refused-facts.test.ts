/** A sink that refuses for good (a policy, a wrong address) costs the facts, never the restores. */
import { createRefusingSink } from '@soteria/shared/events/testing/refusing-sink.ts';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createAnnounce } from './announce.ts';
import { createTestBench, silent } from './test-bench.ts';

const ref = { namespace: 'shop', name: 'soteria-restore-data-1' };

async function begin(code: 'cluster_refused' | 'cluster_unavailable') {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  await bench.store.create({ ...ref, spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } } });
  const sink = createRefusingSink(code, silent);
  const tools = { ...bench.tools, announce: createAnnounce(sink) };
  const round = async () => {
    await advanceOperation(tools, ref, { log: silent });
    await bench.step();
    bench.pass(2_000);
  };
  return { ...bench, logged: sink.logged, round };
}

it('a fact that is refused for good is logged, and the restore goes on to its end', async () => {
  const { store, tools, round, logged } = await begin('cluster_refused');
  for (let count = 0; count < 10; count += 1) await round();
  expect((await store.get(ref))?.status).toMatchObject({
    phase: 'Succeeded',
    settled: true,
    announced: ['started', 'completed'],
  });
  expect(await tools.slots.entries()).toEqual([]);
  expect(logged).toEqual(
    ['started', 'completed'].map((fact) => [
      'fact_refused',
      expect.objectContaining({ operation: ref.name, fact: `dev.soteria.restore.${fact}.v1` }),
    ]),
  );
});

it('one that may be taken later is waited for', async () => {
  const { store, round } = await begin('cluster_unavailable');
  await expect(round()).rejects.toMatchObject({ code: 'cluster_unavailable' });
  expect((await store.get(ref))?.status?.announced ?? []).toEqual([]);
});
