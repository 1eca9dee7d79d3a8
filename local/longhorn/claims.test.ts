import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, test } from 'vitest';
import { decideClaim, decideRelease } from './decide-claim.ts';
import { safeName } from './folders.ts';
import { bytesOfQuantity, volumeSizeOf } from './quantity.ts';

const claim = (spec: object, status?: object) =>
  persistentVolumeClaims.parse({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'uid-1' },
    spec: { storageClassName: 'longhorn', resources: { requests: { storage: '1Gi' } }, ...spec },
    status,
  });

const persistentVolume = (spec: object, phase = 'Bound') =>
  persistentVolumes.parse({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pvc-uid-1' },
    spec: {
      csi: { driver: 'driver.longhorn.io' },
      claimRef: { name: 'data', namespace: 'shop', uid: 'uid-1' },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'longhorn',
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      ...spec,
    },
    status: { phase },
  });

const situation = { persistentVolume: undefined, hasVolume: false, storageClasses: ['longhorn'] };

describe('provisioning', () => {
  test.each([
    { when: 'a claim is new', is: { claim: claim({}) }, next: { type: 'createVolume', sizeBytes: 1_073_741_824n } },
    {
      when: 'its volume is there',
      is: { claim: claim({}), hasVolume: true },
      next: { type: 'createPersistentVolume' },
    },
    { when: 'all is there', is: { claim: claim({}), persistentVolume: persistentVolume({}) }, next: { type: 'bind' } },
    {
      when: 'it is bound',
      is: { claim: claim({ volumeName: 'pvc-uid-1' }, { phase: 'Bound' }), persistentVolume: persistentVolume({}) },
      next: { type: 'keep' },
    },
    {
      when: 'it is bound and asks for more',
      is: {
        claim: claim({ volumeName: 'pvc-uid-1', resources: { requests: { storage: '3G' } } }, { phase: 'Bound' }),
        persistentVolume: persistentVolume({}),
      },
      next: { type: 'grow', sizeBytes: 3_001_024_512n },
    },
    { when: 'it is of another class', is: { claim: claim({ storageClassName: 'other' }) }, next: { type: 'nothing' } },
    {
      when: 'the volume is meant for another claim',
      is: { claim: claim({}), persistentVolume: persistentVolume({ claimRef: { name: 'else', namespace: 'shop' } }) },
      next: { type: 'nothing' },
    },
    {
      when: 'the volume waits for a claim of that name',
      is: { claim: claim({}), persistentVolume: persistentVolume({ claimRef: { name: 'data', namespace: 'shop' } }) },
      next: { type: 'bind' },
    },
    {
      when: 'the volume is of another class',
      is: { claim: claim({}), persistentVolume: persistentVolume({ storageClassName: 'else' }) },
      next: { type: 'nothing' },
    },
    {
      when: 'the volume is too small',
      is: { claim: claim({}), persistentVolume: persistentVolume({ capacity: { storage: '1000Mi' } }) },
      next: { type: 'nothing' },
    },
    {
      when: 'the volume cannot be shared as asked for',
      is: { claim: claim({ accessModes: ['ReadWriteMany'] }), persistentVolume: persistentVolume({}) },
      next: { type: 'nothing' },
    },
    {
      when: 'the volume is a block device',
      is: { claim: claim({}), persistentVolume: persistentVolume({ volumeMode: 'Block' }) },
      next: { type: 'nothing' },
    },
  ])('when $when: $next.type', ({ is, next }) => {
    expect(decideClaim({ ...situation, ...is })).toMatchObject(next);
  });

  test.each([
    { when: 'the claim is there', is: persistentVolume({}), isClaimThere: true, next: 'nothing' },
    { when: 'the claim is gone', is: persistentVolume({}), isClaimThere: false, next: 'delete' },
    {
      when: 'the claim is gone and the volume is to be kept',
      is: persistentVolume({ persistentVolumeReclaimPolicy: 'Retain' }),
      isClaimThere: false,
      next: 'release',
    },
    {
      when: 'it is released already',
      is: persistentVolume({ persistentVolumeReclaimPolicy: 'Retain' }, 'Released'),
      isClaimThere: false,
      next: 'nothing',
    },
    {
      when: 'it still waits for its claim',
      is: persistentVolume({ claimRef: { name: 'data', namespace: 'shop' } }, 'Available'),
      isClaimThere: false,
      next: 'nothing',
    },
    {
      when: "it is another driver's",
      is: persistentVolume({ csi: { driver: 'x' } }),
      isClaimThere: false,
      next: 'nothing',
    },
  ])('a PersistentVolume when $when: $next', ({ is, isClaimThere, next }) => {
    expect(decideRelease(is, isClaimThere)).toBe(next);
  });
});

test.each([
  { quantity: '1Gi', bytes: 1_073_741_824n },
  { quantity: '1.5G', bytes: 1_500_000_000n },
  { quantity: '0.5Ki', bytes: 512n },
  { quantity: '17', bytes: 17n },
  { quantity: '8Ei', bytes: 9_223_372_036_854_775_808n },
  { quantity: '', bytes: undefined },
  { quantity: '-1Gi', bytes: undefined },
  { quantity: '1gb', bytes: undefined },
])('$quantity is $bytes bytes', ({ quantity, bytes }) => {
  expect(bytesOfQuantity(quantity)).toBe(bytes);
});

test('a volume is a multiple of 2 MiB', () => {
  expect([1n, 2_097_152n, 2_097_153n].map(volumeSizeOf)).toEqual([2_097_152n, 2_097_152n, 4_194_304n]);
});

test.each(['..', '.', '', '../x', 'a/b', 'A', '-x', 'x'.repeat(254)])('%j is not a folder name', (name) => {
  expect(() => safeName(name)).toThrow();
});
