/** The objects of a cluster with a fresh Longhorn. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft, KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { namespaces, untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { backupTargets, longhornGroup, longhornVersion } from '@soteria/shared/longhorn/resource-types.ts';
import { longhornSettings } from './crds.ts';
import { driver } from './decide-claim.ts';

const storageClasses = untyped({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  isNamespaced: false,
});

export interface SeedOptions {
  readonly namespace?: string;
  /** Shown in backups' URLs; the bytes lie in the data folder. */
  readonly targetUrl?: string;
  /** Go duration; `0s`: read on request only. */
  readonly pollInterval?: string;
}

/** Leaves existing objects as they are; the API server must know the kinds. */
export async function ensureLonghornObjects(client: KubernetesClient, options: SeedOptions = {}): Promise<void> {
  const { namespace = 'longhorn-system', targetUrl = 's3://local@loopback/', pollInterval = '30s' } = options;
  await ensure(client, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await ensure(client, storageClasses, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'longhorn' },
    provisioner: driver,
    allowVolumeExpansion: true,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    parameters: { numberOfReplicas: '1', staleReplicaTimeout: '30', fsType: 'ext4', dataEngine: 'v1' },
  });
  await ensure(client, longhornSettings, {
    apiVersion: `${longhornGroup}/${longhornVersion}`,
    kind: longhornSettings.kind,
    metadata: { name: 'current-longhorn-version', namespace },
    value: 'local',
  });
  await ensure(client, backupTargets, {
    apiVersion: `${longhornGroup}/${longhornVersion}`,
    kind: backupTargets.kind,
    metadata: { name: 'default', namespace },
    spec: { backupTargetURL: targetUrl, credentialSecret: '', pollInterval },
  });
}

async function ensure<T extends KubernetesObject>(
  client: KubernetesClient,
  type: ResourceType<T>,
  draft: Draft<T>,
): Promise<void> {
  try {
    await client.create(type, draft);
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  }
}
