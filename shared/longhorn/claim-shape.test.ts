import { describe, expect, test } from 'vitest';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../kubernetes/core-types.ts';
import { claimShapeOf, maxClaimShapeBytes, parseClaimShape } from './claim-shape.ts';
import { defaultVolume } from './fake-records.ts';

const volume = { ...defaultVolume('pvc-1'), numberOfReplicas: 3 };

function claim(metadata: Record<string, unknown> = {}): PersistentVolumeClaim {
  return persistentVolumeClaims.parse({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      storageClassName: 'longhorn',
      resources: { requests: { storage: '1Gi' } },
    },
  });
}

function persistentVolume(csi: Record<string, unknown> = {}, mountOptions?: string[]): PersistentVolume {
  return persistentVolumes.parse({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-1' },
    spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'pvc-1', fsType: 'xfs', ...csi }, mountOptions },
  });
}

describe('the shape of a claim', () => {
  test('holds all a restore needs', () => {
    const metadata = { labels: { app: 'shop' }, annotations: { owner: 'team-a' } };
    const ref = { name: 'longhorn-crypto', namespace: 'longhorn-system' };
    const pv = persistentVolume({ nodeStageSecretRef: ref, nodePublishSecretRef: ref }, ['noatime']);
    const text = claimShapeOf(claim(metadata), pv, { ...volume, isEncrypted: true, backingImage: 'base' });
    expect(parseClaimShape(text)).toEqual({
      version: 1,
      namespace: 'shop',
      pvc: 'data',
      labels: { app: 'shop' },
      annotations: { owner: 'team-a' },
      storageClassName: 'longhorn',
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      requestedStorage: '1Gi',
      fsType: 'xfs',
      mountOptions: ['noatime'],
      nodeStageSecretRef: ref,
      nodePublishSecretRef: ref,
      volume: {
        name: 'pvc-1',
        sizeBytes: '1073741824',
        isEncrypted: true,
        backingImage: 'base',
        numberOfReplicas: 3,
        dataEngine: 'v1',
        accessMode: 'rwo',
      },
    });
  });

  test('leaves out annotations that speak of the old binding or apply', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'pv.kubernetes.io/bind-completed': 'yes',
      'volume.kubernetes.io/storage-provisioner': 'driver.longhorn.io',
      'volume.beta.kubernetes.io/storage-provisioner': 'driver.longhorn.io',
      'volumes.example/kept': 'yes',
    };
    const shape = parseClaimShape(claimShapeOf(claim({ annotations }), persistentVolume(), volume));
    expect(shape?.annotations).toEqual({ 'volumes.example/kept': 'yes' });
    expect(shape?.truncated).toBeUndefined();
  });

  test.each([
    {
      what: 'annotations',
      metadata: { annotations: { big: 'ä'.repeat(10_000) }, labels: { app: 'shop' } },
      keepsLabels: true,
    },
    {
      what: 'labels too',
      metadata: { labels: Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`label-${at}`, 'v'.repeat(60)])) },
      keepsLabels: false,
    },
  ])('gives up $what when it is too long, and says so', ({ metadata, keepsLabels }) => {
    const text = claimShapeOf(claim(metadata), persistentVolume(), volume);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxClaimShapeBytes);
    const shape = parseClaimShape(text);
    expect(shape).toMatchObject({ truncated: true, pvc: 'data' });
    expect(shape?.annotations).toBeUndefined();
    expect(shape?.labels !== undefined).toBe(keepsLabels);
  });

  test.each(['', 'no json', '{}', '[]', 'null', '{"version":2}'])('%j is no claim shape', (text) => {
    expect(parseClaimShape(text)).toBeUndefined();
  });

  test('members of a later version are passed over', () => {
    const text = claimShapeOf(claim(), persistentVolume(), volume).replace('{', '{"later":true,');
    expect(parseClaimShape(text)).toMatchObject({ pvc: 'data' });
  });
});
