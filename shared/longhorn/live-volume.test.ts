import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../kubernetes/core-types.ts';
import { liveVolumeOf } from './live-volume.ts';

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'shop', name: 'data', uid: 'uid-1' },
  spec: { volumeName: 'pv-1' },
  status: { phase: 'Bound' },
};
const claimRef = { namespace: 'shop', name: 'data', uid: 'uid-1' };
const csi = { driver: 'driver.longhorn.io', volumeHandle: 'vol-1' };

function live(change: object, spec: object) {
  const cluster = {
    getClaim: () => Promise.resolve({ ...claim, ...change } as PersistentVolumeClaim),
    getPersistentVolume: () =>
      Promise.resolve({ metadata: { name: 'pv-1' }, spec: { claimRef, csi, ...spec } } as PersistentVolume),
  };
  return liveVolumeOf(cluster, { namespace: 'shop', pvc: 'data' });
}

describe('the live volume of a claim', () => {
  it('is that of the persistent volume it is bound to', async () => {
    expect(await live({}, {})).toBe('vol-1');
  });

  it.each<[string, object, object]>([
    ['a claim that is Pending', { status: { phase: 'Pending' } }, {}],
    ['a claim that has lost its volume', { status: { phase: 'Lost' } }, {}],
    ['a claim that names none', { spec: {} }, {}],
    ['the volume of another namespace', {}, { claimRef: { ...claimRef, namespace: 'bank' } }],
    ['the volume of another claim', {}, { claimRef: { ...claimRef, name: 'vault' } }],
    ['the volume of a claim that had the name before', {}, { claimRef: { ...claimRef, uid: 'uid-0' } }],
    ['a volume that is meant for it and not bound', {}, { claimRef: { namespace: 'shop', name: 'data' } }],
    ['a volume of nobody', {}, { claimRef: undefined }],
    ['a volume of another driver', {}, { csi: { ...csi, driver: 'ebs.csi.aws.com' } }],
  ])('is none for %s', async (_title, change, spec) => {
    expect(await live(change, spec)).toBeUndefined();
  });
});
