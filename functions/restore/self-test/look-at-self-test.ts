/** One look at the cluster: each answers what is now known. */
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { LonghornRestores } from '@soteria/shared/longhorn/port-restore.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { ProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import { childName, claimNames, jobName, provisionedName, restoredName } from './about-self-test.ts';
import type { LonghornInstallation } from './longhorn-installation.ts';
import type { Place, SelfTestWorld } from './world.ts';

export interface SelfTestLookers {
  readonly store: OperationStore;
  readonly cluster: ClusterReader;
  readonly proofs: ProofJobs;
  readonly selfTest: {
    readonly longhorn: LonghornInstallation;
    readonly port: Longhorn;
    readonly restores: LonghornRestores;
  };
}

export async function lookAtSelfTest(
  tools: SelfTestLookers,
  { operation, world }: KnownOf<SelfTestWorld>,
  place: Place,
  signal?: AbortSignal,
): Promise<SelfTestWorld> {
  const { store, cluster, proofs } = tools;
  const { port, restores } = tools.selfTest;
  const { namespace = '' } = operation.metadata;
  const names = claimNames(operation);
  const volume = provisionedName(operation.status?.work?.claimUid ?? '');
  const restored = restoredName(operation, world.restore?.seen?.metadata.uid ?? '');
  switch (place) {
    case 'claim':
      return { ...world, claim: { seen: await cluster.getClaim(namespace, names.source, signal) } };
    case 'persistentVolume':
      return { ...world, persistentVolume: { seen: await cluster.getPersistentVolume(volume, signal) } };
    case 'volume':
      return { ...world, volume: { seen: await restores.getVolume(volume, signal) } };
    case 'restoredClaim':
      return { ...world, restoredClaim: { seen: await cluster.getClaim(namespace, names.restored, signal) } };
    case 'restoredPersistentVolume':
      return { ...world, restoredPersistentVolume: { seen: await cluster.getPersistentVolume(restored, signal) } };
    case 'restoredVolume':
      return { ...world, restoredVolume: { seen: await restores.getVolume(restored, signal) } };
    case 'writeJob':
      return { ...world, writeJob: { seen: await proofs.get(namespace, jobName(operation, 'write'), signal) } };
    case 'compareJob':
      return { ...world, compareJob: { seen: await proofs.get(namespace, jobName(operation, 'compare'), signal) } };
    case 'backup':
      return {
        ...world,
        backup: { seen: await store.get({ namespace, name: childName(operation, 'Backup') }, signal) },
      };
    case 'restore':
      return {
        ...world,
        restore: { seen: await store.get({ namespace, name: childName(operation, 'Restore') }, signal) },
      };
    case 'points':
      return { ...world, points: { seen: await port.backups.list({ volume }, signal) } };
    case 'descriptions':
      return { ...world, descriptions: { seen: await restores.listDescriptions(volume, signal) } };
    case 'longhornVersion':
      return { ...world, longhornVersion: { seen: await tools.selfTest.longhorn.version(signal) } };
  }
}
