/** Longhorn's webhook refuses the volume: for a state of its installation, which passes, or for the request itself. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { describe, expect, it } from 'vitest';
import { type AdvanceTools, advanceOperation } from './advance.ts';
import { createTestBench, silent, withParts } from './test-bench.ts';

const name = 'soteria-restore-data-1';
const upgrading =
  'admission webhook "validator.longhorn.io" denied the request: cannot find engine image by longhornio/longhorn-engine:v1.12.1';

function open(words: string) {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  let isRefusing = true;
  const { restores, store } = bench.parts;
  const tools: AdvanceTools = {
    ...withParts(bench, {
      restores: {
        ...restores,
        createVolume: (...given) =>
          isRefusing
            ? Promise.reject(new SoteriaError('cluster_refused', { what: 'could not create it', why: words, fix: 'f' }))
            : restores.createVolume(...given),
      },
    }),
  };
  const statusNow = async () => (await store.get({ namespace: 'shop', name }))?.status;
  return {
    ...bench,
    statusNow,
    accept: () => {
      isRefusing = false;
    },
    begin: () =>
      store.create({
        namespace: 'shop',
        name,
        spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
      }),
    round: async (minutes = 2) => {
      await advanceOperation(tools, { namespace: 'shop', name }, { log: silent });
      await bench.step();
      bench.pass(minutes * 60_000);
    },
  };
}

describe('a restore whose volume is refused', () => {
  it('for a state of the installation is tried again, says why meanwhile, and succeeds once that has passed', async () => {
    const { begin, round, statusNow, accept } = open(upgrading);
    await begin();
    for (let count = 0; count < 5; count += 1) await round();
    expect(await statusNow()).toMatchObject({
      phase: 'Running',
      message: expect.stringContaining('the engine image is not deployed'),
    });
    accept();
    for (let count = 0; count < 14; count += 1) await round();
    expect(await statusNow()).toMatchObject({ phase: 'Succeeded', settled: true });
  });

  it('for a state that stays fails after the stall limit, with Longhorn’s words', async () => {
    const { begin, round, statusNow } = open(upgrading);
    await begin();
    for (let count = 0; count < 8; count += 1) await round(30);
    const status = await statusNow();
    expect(status).toMatchObject({ phase: 'Failed', settled: true, error: { code: 'deadline_exceeded' } });
    expect(status?.error?.why).toContain('cannot find engine image');
  });

  it('for the request itself fails at once', async () => {
    const { begin, round, statusNow } = open('admission webhook denied the request: invalid name x.y');
    await begin();
    await round();
    await round();
    expect(await statusNow()).toMatchObject({ phase: 'Failed', error: { code: 'cluster_refused' } });
  });
});
