import { describe, expect, it } from 'vitest';
import { claim, persistentVolume, target, volume } from './fixtures.ts';
import { blockersOf, nextLooks } from './why-not-backable.ts';
import type { World } from './world.ts';

const ref = { namespace: 'shop', pvc: 'data' };
const healthy: World = {
  claim: { seen: claim },
  persistentVolume: { seen: persistentVolume },
  volume: { seen: volume },
  target: { seen: target },
};

const cases: readonly [title: string, change: World, code: string, says: RegExp][] = [
  ['a claim that is not there', { claim: { seen: undefined } }, 'claim_not_found', /namespace shop holds no .* data/],
  [
    'a claim without a volume',
    { claim: { seen: { ...claim, status: { phase: 'Pending' } } } },
    'claim_not_bound',
    /Pending/,
  ],
  ['a lost persistent volume', { persistentVolume: { seen: undefined } }, 'volume_not_found', /pv-1 does not exist/],
  [
    'a volume of another driver',
    {
      persistentVolume: {
        seen: { ...persistentVolume, spec: { csi: { driver: 'nfs.csi.k8s.io', volumeHandle: 'x' } } },
      },
    },
    'claim_not_longhorn',
    /nfs\.csi\.k8s\.io/,
  ],
  ['a volume Longhorn does not know', { volume: { seen: undefined } }, 'volume_not_found', /no volume vol-1/],
  ['a standby volume', { volume: { seen: { ...volume, isStandby: true } } }, 'volume_standby', /standby/],
  ['a faulted volume', { volume: { seen: { ...volume, robustness: 'faulted' } } }, 'volume_faulted', /faulted/],
  ['a volume under restore', { volume: { seen: { ...volume, isRestoring: true } } }, 'volume_restoring', /restored/],
  [
    'too many snapshots',
    { volume: { seen: { ...volume, tooManySnapshots: '250 of 250' } } },
    'unprocessable',
    /250 of 250/,
  ],
  ['no such target', { target: { seen: undefined } }, 'target_unavailable', /no backup target default/],
  ['a target without URL', { target: { seen: { ...target, url: '' } } }, 'target_unavailable', /URL is empty/],
  [
    'a target that went away, in Longhorn’s own words',
    { target: { seen: { ...target, isAvailable: false, unavailableMessage: 'cannot mount nfs nas.lan' } } },
    'target_unavailable',
    /cannot mount nfs nas\.lan/,
  ],
];

describe('what stands against a backup', () => {
  it('is nothing for a healthy volume with an available target', () => {
    expect(blockersOf(ref, healthy)).toEqual([]);
  });

  it('is nothing for a degraded or a detached volume', () => {
    for (const robustness of ['degraded', 'unknown']) {
      expect(blockersOf(ref, { ...healthy, volume: { seen: { ...volume, robustness, state: 'detached' } } })).toEqual(
        [],
      );
    }
  });

  it.each(cases)('names %s', (_title, change, code, says) => {
    const [blocker] = blockersOf(ref, { ...healthy, ...change });
    expect(blocker?.code).toBe(code);
    expect(blocker?.explanation.why).toMatch(says);
    expect(blocker?.explanation.fix).not.toBe('');
  });
});

describe('looking along the chain', () => {
  it('looks at the claim, then at all that is under it at once, by its likely names', () => {
    expect(nextLooks({})).toEqual(['claim']);
    expect(nextLooks({ claim: { seen: claim } })).toEqual(['persistentVolume', 'volume', 'target']);
    const { target: _, ...withoutTarget } = healthy;
    expect(nextLooks(withoutTarget)).toEqual(['target']);
    expect(nextLooks(healthy)).toEqual([]);
  });

  it('looks again where a name was another than the likely one', () => {
    const chain = { claim: { seen: claim }, persistentVolume: { seen: persistentVolume } };
    expect(nextLooks(chain)).toEqual(['volume', 'target']);
    expect(nextLooks({ ...chain, volume: { seen: volume } })).toEqual(['target']);
  });

  it('stops where the chain breaks', () => {
    expect(nextLooks({ claim: { seen: undefined } })).toEqual([]);
    expect(nextLooks({ claim: { seen: claim }, persistentVolume: { seen: undefined } })).toEqual([]);
  });
});
