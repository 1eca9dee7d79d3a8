/** Longhorn's part of one backup, played by hand, so that every change and every wake-up happens once and at the intended time. */
import { statusAfter, statusReadBack } from '@soteria/local/longhorn/backup-status.ts';
import type { AdminClient, AnyObject } from '../../test/servers/admin-client.ts';

const namespace = 'longhorn-system';
const apiVersion = 'longhorn.io/v1beta2';
const path = `/apis/${apiVersion}/namespaces/${namespace}`;
const volume = 'pvc-bench';

export const claim = { namespace: 'shop', pvc: 'data' } as const;

export interface PlayedLonghorn {
  /** The object of the kind that is new since the last look; undefined when there is none. Instants have whole seconds only. */
  newest(plural: 'snapshots' | 'backups'): Promise<string | undefined>;
  snapshotIsReady(name: string): Promise<void>;
  backupIsAt(name: string, percent: number): Promise<void>;
  backupIsComplete(name: string): Promise<void>;
}

/** Makes a claim with all that is under it: an attached, healthy volume with an available target. */
export async function playLonghorn(admin: AdminClient): Promise<PlayedLonghorn> {
  const setStatus = async (plural: string, name: string, status: object): Promise<void> => {
    const found = await admin.must<AnyObject>('GET', `${path}/${plural}/${name}`);
    await admin.must('PUT', `${path}/${plural}/${name}/status`, { ...found, status });
  };
  const make = async (plural: string, kind: string, name: string, spec: object, status: object): Promise<void> => {
    // The labels that Longhorn's own webhook sets.
    const labels = kind === 'BackupVolume' ? { 'backup-volume': volume, 'backup-target': 'default' } : {};
    await admin.apply({ apiVersion, kind, metadata: { name, namespace, labels }, spec });
    await setStatus(plural, name, status);
  };

  await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: claim.namespace } });
  await admin.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'longhorn',
      csi: { driver: 'driver.longhorn.io', volumeHandle: volume, fsType: 'ext4' },
    },
  });
  const claimPath = `/api/v1/namespaces/${claim.namespace}/persistentvolumeclaims`;
  const made = await admin.must<AnyObject>('POST', claimPath, {
    metadata: { name: claim.pvc },
    spec: {
      storageClassName: 'longhorn',
      volumeName: volume,
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  });
  await admin.must('PUT', `${claimPath}/${claim.pvc}/status`, { ...made, status: { phase: 'Bound' } });
  const size = String(1024 ** 3);
  await make(
    'volumes',
    'Volume',
    volume,
    { size, numberOfReplicas: 1, backupTargetName: 'default' },
    {
      state: 'attached',
      robustness: 'healthy',
    },
  );
  await make(
    'backuptargets',
    'BackupTarget',
    'default',
    { backupTargetURL: 's3://bench@region/' },
    {
      available: true,
      lastSyncedAt: new Date().toISOString(),
    },
  );
  await make('backupvolumes', 'BackupVolume', volume, { volumeName: volume, backupTargetName: 'default' }, { size });

  const seen = { snapshots: new Set<string>(), backups: new Set<string>() };
  return {
    async newest(plural) {
      const { items } = await admin.must<{ items: readonly AnyObject[] }>('GET', `${path}/${plural}`);
      const fresh = items.map(({ metadata }) => metadata.name).filter((name) => !seen[plural].has(name));
      if (fresh.length > 1) throw new Error(`one wake-up led to ${fresh.length} ${plural}: ${fresh.join(', ')}`);
      for (const name of fresh) seen[plural].add(name);
      return fresh[0];
    },
    snapshotIsReady: (name) =>
      setStatus('snapshots', name, { readyToUse: true, creationTime: new Date().toISOString(), size: 4096 }),
    async backupIsAt(name, percent) {
      const begun = statusAfter({ type: 'begin' }, { spec: { snapshotName: name } }, '');
      await setStatus('backups', name, {
        ...begun,
        ...statusAfter({ type: 'pretend', progress: percent }, { spec: {} }, ''),
      });
    },
    backupIsComplete(name) {
      const at = new Date().toISOString();
      const url = `s3://bench@region/?backup=${name}&volume=${volume}`;
      const found = { target: 'default', url, volume, volumeSize: size, snapshotName: name, snapshotCreatedAt: at };
      const sizes = { createdAt: at, size: '4096', uploaded: '4096', labels: {} };
      return setStatus('backups', name, statusReadBack({ ...found, ...sizes }, at));
    },
  };
}
