import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { describe, expect, it } from 'vitest';
import { shape as source } from './fixtures.ts';
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import { shapeClaim } from './shape-claim.ts';

function backupOf(shape: object | undefined, more: Readonly<Record<string, string>> = {}): Backup {
  const recorded = shape === undefined ? {} : { [catalogueKeys.claimShape]: JSON.stringify({ ...source, ...shape }) };
  return {
    name: 'point',
    uid: 'uid',
    state: 'Completed',
    progress: 100,
    isDeleting: false,
    volumeSizeBytes: 1_073_741_824n,
    marks: {},
    catalogue: { ...recorded, ...more },
  };
}

describe('the shape of a restored claim', () => {
  it('is that of the source, without the marks by which others would take it for theirs', () => {
    expect(shapeClaim(backupOf({}), {})).toMatchObject({
      isRecorded: true,
      storageClassName: 'longhorn',
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      fsType: 'xfs',
      labels: { app: 'shop' },
      volume: { accessMode: 'rwo', numberOfReplicas: 2, isEncrypted: false },
    });
  });

  it.each<[string, OperationRequest, object]>([
    ['a storage class', { storageClass: 'fast' }, { storageClassName: 'fast' }],
    [
      'access modes, for the volume too',
      { accessModes: ['ReadWriteMany'] },
      { accessModes: ['ReadWriteMany'], volume: { accessMode: 'rwx' } },
    ],
    ['labels', { labels: ['app=copy', 'tier=a=b'] }, { labels: { app: 'copy', tier: 'a=b' } }],
    ['a larger size', { size: '2Gi' }, { size: '2Gi', sizeBytes: 1_073_741_824n }],
    ['the size it has', { size: '1Gi' }, { size: undefined }],
  ])('gives way to %s that is asked for', (_title, request, expected) => {
    expect(shapeClaim(backupOf({}), request)).toMatchObject(expected);
  });

  it('leaves out every label by which a tool would prune it, and takes those that are asked for', () => {
    const owned = {
      app: 'shop',
      'app.kubernetes.io/instance': 'shop',
      'app.kubernetes.io/managed-by': 'Helm',
      'applyset.kubernetes.io/part-of': 'applyset-1-v1',
      'objectset.rio.cattle.io/hash': 'abc',
      'argocd.argoproj.io/instance': 'shop',
      'kustomize.toolkit.fluxcd.io/name': 'shop',
    };
    expect(shapeClaim(backupOf({ labels: owned }), {})).toHaveProperty('labels', { app: 'shop' });
    const asked = { labels: ['app.kubernetes.io/instance=copy'] };
    expect(shapeClaim(backupOf({ labels: owned }), asked)).toHaveProperty('labels', {
      app: 'shop',
      'app.kubernetes.io/instance': 'copy',
    });
  });

  it('of a shared volume stays shared', () => {
    const shared = { accessModes: ['ReadWriteMany'], volume: { ...source.volume, accessMode: 'rwx' } };
    expect(shapeClaim(backupOf(shared), {})).toMatchObject({ volume: { accessMode: 'rwx' } });
  });

  it('is Longhorn’s default where the point does not tell it', () => {
    expect(shapeClaim(backupOf(undefined, { 'longhorn.io/volume-access-mode': 'rwx' }), {})).toMatchObject({
      isRecorded: false,
      storageClassName: 'longhorn-static',
      accessModes: ['ReadWriteMany'],
      fsType: 'ext4',
      volume: { accessMode: 'rwx', numberOfReplicas: 3 },
    });
  });

  it.each<[string, Backup, OperationRequest, RegExp]>([
    ['more than can be counted', backupOf({}), { size: '9999999Ei' }, /more than a volume can have/],
    ['less than the point holds', backupOf({}), { size: '500Mi' }, /500Mi was asked for/],
    [
      'an encrypted volume whose secret nobody recorded',
      backupOf({ volume: { ...source.volume, isEncrypted: true } }),
      {},
      /encrypted/,
    ],
    ['a foreign encrypted one', backupOf(undefined, { 'volume-encrypted': 'enabled' }), {}, /encrypted/],
  ])('cannot be made for %s', (_title, backup, request, why) => {
    const refused = shapeClaim(backup, request);
    expect(refused).toBeInstanceOf(SoteriaError);
    expect(refused instanceof SoteriaError ? refused.explanation.why : '').toMatch(why);
  });

  it('keeps the secrets of an encrypted volume', () => {
    const secret = { name: 'keys', namespace: 'longhorn-system' };
    const encrypted = { volume: { ...source.volume, isEncrypted: true }, nodeStageSecretRef: secret };
    expect(shapeClaim(backupOf(encrypted), {})).toMatchObject({
      secrets: { nodeStageSecretRef: secret },
      volume: { isEncrypted: true },
    });
  });
});

describe('a quantity', () => {
  it.each([
    ['1073741824', 1_073_741_824n],
    ['1Gi', 1_073_741_824n],
    ['500M', 500_000_000n],
    ['1.5Gi', undefined],
    ['lots', undefined],
  ])('%s is %s bytes', (text, bytes) => {
    expect(bytesOfQuantity(text)).toBe(bytes);
  });
});
