/** A sink that refuses for good (a policy, a wrong address) costs the facts, never the backups. */
import { createRefusingSink } from '@soteria/shared/events/testing/refusing-sink.ts';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createAnnounce } from './announce.ts';
import { createTestBench, silent } from './test-bench.ts';

const ref = { namespace: 'shop', name: 'soteria-backup-data-1' };

async function begin(code: 'cluster_refused' | 'cluster_unavailable') {
  const bench = createTestBench();
  await bench.store.create({ ...ref, spec: { kind: 'Backup', request: { pvc: 'data' } } });
  const sink = createRefusingSink(code, silent);
  const tools = { ...bench.tools, announce: createAnnounce(sink) };
  const round = async () => {
    await advanceOperation(tools, ref, { log: silent });
    bench.longhorn.step();
    bench.pass(2_000);
  };
  return { ...bench, logged: sink.logged, round };
}

it('a fact that is refused for good is logged, and the backup goes on to its end', async () => {
  const { store, tools, round, logged } = await begin('cluster_refused');
  for (let count = 0; count < 8; count += 1) await round();
  expect((await store.get(ref))?.status).toMatchObject({
    phase: 'Succeeded',
    settled: true,
    announced: ['started', 'completed'],
  });
  expect(await tools.slots.entries()).toEqual([]);
  expect(logged).toEqual(
    ['started', 'completed'].map((fact) => [
      'fact_refused',
      expect.objectContaining({ operation: ref.name, fact: `dev.soteria.backup.${fact}.v1` }),
    ]),
  );
});

it('one that may be taken later is waited for', async () => {
  const { store, round } = await begin('cluster_unavailable');
  await expect(round()).rejects.toMatchObject({ code: 'cluster_unavailable' });
  expect((await store.get(ref))?.status?.announced ?? []).toEqual([]);
});
