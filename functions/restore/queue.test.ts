/** The end of a restore: the next that waits begins before the parent makes more children, and its failure is not the restore's. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent, type TestBench } from './test-bench.ts';

const advance = (bench: TestBench, { name, namespace = 'shop' }: { name: string; namespace?: string | undefined }) =>
  advanceOperation(bench.tools, { namespace, name }, { log: silent });

const phaseOf = (operation: Operation | undefined) => operation?.status?.phase;

async function restore(bench: TestBench, targetPvc: string): Promise<Operation> {
  const name = `soteria-restore-${targetPvc}-20260131-013001`;
  const request = { pvc: 'data', targetPvc };
  return bench.store.create({ namespace: 'shop', name, spec: { kind: 'Restore', request } });
}

it('a restore that has ended is acknowledged, also when the next cannot be started', async () => {
  const bench = createTestBench();
  bench.seedBackups({ name: 'monday', at: '2026-01-26T02:00:00Z' });
  const { metadata } = await restore(bench, 'first');
  const down = () => Promise.reject(new SoteriaError('cluster_unavailable', { what: 'x', why: 'x', fix: 'x' }));
  Object.assign(bench.tools, { line: { ...bench.tools.line, remembered: () => [], list: down } });
  let moved = await advance(bench, metadata);
  for (let round = 0; round < 8 && !isTerminal(moved?.status?.phase); round += 1) {
    await bench.step();
    moved = await advance(bench, metadata);
  }
  expect(moved?.status).toMatchObject({ phase: 'Succeeded', settled: true });
});

it('the oldest that waits begins before the children which a namespace restore makes after the end of a child', async () => {
  const bench = createTestBench();
  const pvcs = Array.from({ length: 20 }, (_, index) => `c-${String(index).padStart(2, '0')}`);
  bench.seedBackups(...pvcs.map((pvc) => ({ name: `point-${pvc}`, at: '2026-01-26T02:00:00Z', pvc })), {
    name: 'monday',
    at: '2026-01-26T02:00:00Z',
  });
  const limits = { cluster: 2, node: 2, repository: 2 };
  const { client, now } = bench;
  Object.assign(bench.tools, { slots: createSlots({ client, namespace: 'soteria', limits, now }) });
  const parent = { namespace: 'shop', name: 'soteria-restore-namespace-shop-x' };
  const request = { namespace: 'shop', nameSuffix: '-copy', pvcs };
  await bench.store.create({ ...parent, spec: { kind: 'NamespaceRestore', request } });
  await advance(bench, parent);
  bench.pass(1_000);
  const outsider = await restore(bench, 'outsider');
  await advance(bench, outsider.metadata);

  const hasBegun = async () => phaseOf(await bench.store.get(outsider.metadata)) !== 'Pending';
  for (let round = 0; round < 40 && !(await hasBegun()); round += 1) {
    bench.pass(2_000);
    await bench.step();
    for (const { metadata, spec } of await bench.store.list({ fieldSelector: 'status.phase=Running' })) {
      if (spec.kind === 'Restore' && !(await hasBegun())) await advance(bench, metadata);
    }
  }
  const made = await bench.store.list({ namespace: 'shop' });
  const younger = made.filter((one) => one.metadata.creationTimestamp > outsider.metadata.creationTimestamp);
  expect(younger.length).toBeGreaterThan(0);
  expect(younger.map(phaseOf)).toEqual(younger.map(() => 'Pending'));
});
