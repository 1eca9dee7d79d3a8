import { describe, expect, it } from 'vitest';
import type { Log } from '../../log/log.ts';
import { createMemoryCluster } from '../../fakes/kubernetes/memory-cluster.ts';
import { customKind } from '../../fakes/kubernetes/memory-kinds.ts';
import { type BusySweep, busySweepName, createBusySweep, createKeepAwake } from './busy-sweep.ts';
import { pingSources } from './own-ping.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function setUp() {
  let starts = 0;
  const busySweep: BusySweep = {
    start: () => {
      starts += 1;
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
    isThere: () => Promise.resolve(true),
  };
  return { keepAwake: createKeepAwake(busySweep, silent), starts: () => starts };
}

describe('keeping the sweep awake', () => {
  it('asks for it once for all that run beside each other', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'b', beside: ['a'] }, undefined);
    await keepAwake({ uid: 'c', beside: ['b'] }, undefined);
    expect(starts()).toBe(1);
  });

  it('asks again once nobody runs for whom it was seen to be there', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'b', beside: ['of another process'] }, undefined);
    await keepAwake({ uid: 'c', beside: [] }, undefined);
    await keepAwake({ uid: 'd', beside: ['a'] }, undefined);
    expect(starts()).toBe(4);
  });

  it('asks for one that held its slot before: who ran beside it then, nobody knows', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'a' }, undefined);
    expect(starts()).toBe(2);
  });
});

describe('the PingSource of the busy sweep', () => {
  const ref = { namespace: 'soteria', name: busySweepName };

  /** `goneAfterMs`: so long Knative holds the source of before by its finalizer. */
  async function setUpDeleted(goneAfterMs: number) {
    const { client, api } = createMemoryCluster({ namespaces: ['soteria'], kinds: [customKind(pingSources)] });
    let slept = 0;
    const busySweep = createBusySweep(client, 'soteria', (ms) => {
      const before = slept;
      slept += ms;
      if (before < goneAfterMs && slept >= goneAfterMs) {
        api.patch({ ...pingSources, ...ref }, (there) => ({
          ...there,
          metadata: { ...there.metadata, finalizers: [] },
        }));
      }
      return Promise.resolve();
    });
    await busySweep.start();
    api.patch({ ...pingSources, ...ref }, (there) => ({
      ...there,
      metadata: { ...there.metadata, finalizers: ['pingsources.sources.knative.dev'] },
    }));
    await busySweep.stop();
    return { client, busySweep };
  }

  it.each([20, 130])('is made anew when the one before goes after %i ms', async (goneAfterMs) => {
    const { client, busySweep } = await setUpDeleted(goneAfterMs);
    await busySweep.start();
    const made = await client.get(pingSources, ref);
    expect(made).toBeDefined();
    expect(made?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('is missed within a bound, and the log says so, while Knative’s controller is down', async () => {
    const { busySweep } = await setUpDeleted(Infinity);
    await expect(busySweep.start()).rejects.toMatchObject({ code: 'name_conflict' });
    const lines: string[] = [];
    const keepAwake = createKeepAwake(busySweep, { ...silent, error: (event) => lines.push(event) });
    await keepAwake({ uid: 'a' }, undefined);
    expect(lines).toEqual(['busy_sweep_not_started']);
  });
});
