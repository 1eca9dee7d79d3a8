/** What restore tests may cost, over the in-memory cluster. */
import { configMaps, namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { createTestBench, silent, type TestBench } from '../test-bench.ts';

let bench: TestBench;

beforeEach(async () => {
  bench = createTestBench();
  const metadata = { name: proofNamespace };
  await bench.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
});

function seed(pvc: string, size: string): void {
  bench.seedBackups({ name: pvc, at: '2026-01-30T01:00:00Z', pvc, size });
}

async function ask(pvc: string) {
  const name = `soteria-restoretest-${pvc}-1`;
  await bench.store.create({ namespace: 'shop', name, spec: { kind: 'RestoreTest', request: { pvc } } });
  return wake(pvc);
}

async function wake(pvc: string) {
  const ref = { namespace: 'shop', name: `soteria-restoretest-${pvc}-1` };
  await advanceOperation(bench.tools, ref, { log: silent });
  return (await bench.store.get(ref))?.status;
}

async function askForFour(): Promise<void> {
  for (const pvc of ['a', 'b', 'c', 'd']) {
    seed(pvc, '1');
    await ask(pvc);
  }
}

const booked = async () =>
  Object.keys((await bench.client.get(configMaps, { namespace: 'soteria', name: 'soteria-test-budget' }))?.data ?? {});

describe('the budget of restore tests', () => {
  it('lets one wait that would read more in 24 hours than is allowed, until there is room', async () => {
    seed('one', '600000');
    seed('two', '600000');
    expect((await ask('one'))?.phase).toBe('Running');
    bench.pass(23.5 * 3_600_000);
    expect(await ask('two')).toMatchObject({
      phase: 'Pending',
      message: expect.stringMatching(/^waits for the budget of restore tests: 600000 of 1000000 bytes/),
    });
    bench.pass(0.5 * 3_600_000);
    expect((await wake('two'))?.phase).toBe('Running');
  });

  it('skips one that would wait for more than an hour, saying when to ask again', async () => {
    seed('one', '600000');
    seed('two', '600000');
    await ask('one');
    expect(await ask('two')).toMatchObject({
      phase: 'Skipped',
      error: { code: 'rate_limited', why: expect.stringMatching(/there is room at 2026-02-01T01:30:01.000Z/) },
    });
    expect(bench.announced).toContain('soteria-restoretest-two-1 skipped');
    expect(await booked()).toHaveLength(1);
  });

  it('refuses a point at once that would never fit, and books nothing', async () => {
    seed('big', '1000001');
    expect(await ask('big')).toMatchObject({
      phase: 'Failed',
      error: {
        code: 'unprocessable',
        why: 'a restore of this point reads 1000001 bytes, and restore tests may read 1000000 in 24 hours',
        fix: expect.stringContaining('SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY'),
      },
    });
    expect(await booked()).toEqual([]);
  });

  it('lets so many run at once, and the others wait for their end', async () => {
    await askForFour();
    expect(await wake('d')).toMatchObject({
      phase: 'Pending',
      message: 'waits for a slot: 3 of 3 slots of operations of kind RestoreTest are in use',
    });
    // A restore is no test: it does not wait for them.
    const name = 'soteria-restore-a-2';
    const spec = { kind: 'Restore' as const, request: { pvc: 'a', targetPvc: 'a-2' } };
    await bench.store.create({ namespace: 'shop', name, spec });
    await advanceOperation(bench.tools, { namespace: 'shop', name }, { log: silent });
    expect((await bench.store.get({ namespace: 'shop', name }))?.status?.phase).toBe('Running');
  });

  it('is given back by a test that was cancelled before it began, and kept by one that ran', async () => {
    await askForFour();
    expect(await booked()).toHaveLength(4);
    // `d` first: the end of another would let it begin.
    for (const pvc of ['d', 'a']) {
      await bench.store.requestCancel({ namespace: 'shop', name: `soteria-restoretest-${pvc}-1` });
      expect((await wake(pvc))?.phase).toBe('Cancelled');
    }
    expect(await booked()).toHaveLength(3);
  });
});
