/** Claims with volumes of Longhorn and backups, put into the in-memory cluster. */
import type { createTestBench } from '../test-bench.ts';

type Cluster = ReturnType<typeof createTestBench>['cluster'];

export interface SeededClaim {
  readonly namespace: string;
  readonly name: string;
  /** Of the persistent volume; left out: Longhorn's. */
  readonly driver?: string;
  /** Instants of the data. */
  readonly backupsAt?: readonly string[];
  readonly isBound?: boolean;
}

export function seedClaim(
  cluster: Cluster,
  { namespace, name, driver, backupsAt = [], isBound = true }: SeededClaim,
): void {
  const uid = `uid-${namespace}-${name}`;
  const volume = `pvc-${namespace}-${name}`;
  cluster.seed({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace, name, uid },
    spec: { volumeName: volume, storageClassName: 'longhorn', resources: { requests: { storage: '10Gi' } } },
    status: isBound ? { phase: 'Bound', capacity: { storage: '10Gi' } } : { phase: 'Pending' },
  });
  if (!isBound) return;
  cluster.seed({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume },
    spec: {
      claimRef: { namespace, name, uid },
      csi: { driver: driver ?? 'driver.longhorn.io', volumeHandle: volume },
    },
  });
  for (const [index, at] of backupsAt.entries()) {
    cluster.seed({
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Backup',
      metadata: { namespace: 'longhorn-system', name: `backup-${namespace}-${name}-${index}` },
      spec: { labels: { 'soteria.dev/namespace': namespace, 'soteria.dev/pvc': name } },
      status: {
        state: 'Completed',
        progress: 100,
        url: `s3://b@r/?backup=backup-${index}&volume=${volume}`,
        volumeName: volume,
        snapshotName: `snap-${index}`,
        snapshotCreatedAt: at,
        backupCreatedAt: at,
        backupTargetName: 'default',
        lastSyncedAt: at,
        size: '1073741824',
      },
    });
  }
}
