/** A Backup that the operation of another function has made: its end wakes that one, by an event and not by moving it. */
import type { OperationKind } from '@soteria/shared/operation/kinds/kinds.ts';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

const parent = 'soteria-selftest-longhorn-20260131-013000';
const child = { namespace: 'shop', name: 'soteria-backup-data-20260131-013001' };

async function runChildOf(kind: OperationKind | undefined, isCancelled = false): Promise<string[]> {
  const bench = createTestBench();
  const woken: string[] = [];
  const tools = {
    ...bench.tools,
    wakeOther: ({ metadata }: { metadata: { name: string } }) => Promise.resolve(void woken.push(metadata.name)),
  };
  if (kind !== undefined) {
    const made = await bench.store.create({ namespace: 'shop', name: parent, spec: { kind, request: {} } });
    await bench.store.replaceStatus(made, {
      phase: 'Running',
      progress: 25,
      message: 'waits for its Backup',
      steps: [],
    });
  }
  await bench.store.create({ ...child, spec: { kind: 'Backup', request: { pvc: 'data' }, cause: { parent } } });
  for (let round = 0; round < 8; round += 1) {
    await advanceOperation(tools, child, { log: silent });
    bench.longhorn.step();
    bench.pass(2_000);
    if (isCancelled && round === 1) await bench.store.requestCancel(child);
  }
  const ended = await bench.store.get(child);
  expect(ended?.status).toMatchObject({ phase: isCancelled ? 'Cancelled' : 'Succeeded', settled: true });
  return woken;
}

it('wakes the self-test that made it once it has ended, also when it was cancelled', async () => {
  expect(await runChildOf('SelfTest')).toEqual([parent]);
  expect(await runChildOf('SelfTest', true)).toEqual([parent]);
});

it('wakes nobody when that operation is gone, or its own function moves it', async () => {
  expect(await runChildOf(undefined)).toEqual([]);
  expect(await runChildOf('Backup')).toEqual([]);
});
