/** Longhorn's and the binder's part of restores, played by hand, so that every change happens once and at the intended time. */
import { catalogueKeys, temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { type RestoreStep, statusAfter } from '@soteria/local/longhorn/restore-status.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { AdminClient, AnyObject } from '../../test/servers/admin-client.ts';

const longhornNamespace = 'longhorn-system';
const apiVersion = 'longhorn.io/v1beta2';
const path = `/apis/${apiVersion}/namespaces/${longhornNamespace}`;

export const source = { namespace: 'shop', pvc: 'data' } as const;
/** The namespace whose claims are restored at once. */
export const manyNamespace = 'many';

export interface PlayedRestores {
  /** Names of the volumes that are being restored. */
  unfinished(): Promise<string[]>;
  isAt(volume: string, percent: number): Promise<void>;
  /** Completes the restore: every byte is in place, the volume is detached and its claim bound. */
  isRestored(volume: string): Promise<void>;
}

interface PersistentVolume extends AnyObject {
  readonly spec: { readonly claimRef: { readonly namespace: string; readonly name: string } };
}

interface List {
  readonly items: readonly AnyObject[];
}

const begun: readonly RestoreStep[] = [{ type: 'initiate' }, { type: 'begin' }];
const whole: readonly RestoreStep[] = [...begun, { type: 'finish' }];

/** A target with one point of the claim, and with one of each claim of a namespace. */
export async function playRestores(admin: AdminClient, manyClaims: number): Promise<PlayedRestores> {
  const setStatus = async (of: string, status: object): Promise<void> => {
    const found = await admin.must<AnyObject>('GET', of);
    await admin.must('PUT', `${of}/status`, { ...found, status });
  };
  /** Writes the status that the local Longhorn writes after those steps. */
  const show = async (volume: string, steps: readonly RestoreStep[], more: object = {}): Promise<void> => {
    const of = `${path}/volumes/${volume}`;
    const { status } = volumes.parse(await admin.must('GET', of));
    const now = { now: new Date().toISOString(), nodeName: 'node-1' };
    const shown = { ...status };
    for (const step of steps) Object.assign(shown, statusAfter(step, { status: shown }, now));
    await setStatus(of, { ...shown, ...more });
  };
  const make = async (kind: string, plural: string, name: string, spec: object, status: object): Promise<void> => {
    await admin.apply({ apiVersion, kind, metadata: { name, namespace: longhornNamespace }, spec });
    await setStatus(`${path}/${plural}/${name}`, status);
  };
  const at = '2026-01-01T00:00:00Z';
  const makePoint = (namespace: string, pvc: string): Promise<void> => {
    const name = `point-${namespace}-${pvc}`;
    const shape = {
      version: 1,
      namespace,
      pvc,
      storageClassName: 'longhorn',
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      requestedStorage: '1Gi',
      fsType: 'ext4',
      volume: {
        name: `vol-${namespace}-${pvc}`,
        sizeBytes: String(1024 ** 3),
        isEncrypted: false,
        numberOfReplicas: 2,
        dataEngine: 'v1',
        accessMode: 'rwo',
      },
    };
    const labels = {
      [catalogueKeys.namespace]: namespace,
      [catalogueKeys.pvc]: pvc,
      [catalogueKeys.claimShape]: JSON.stringify(shape),
    };
    const status = {
      state: 'Completed',
      progress: 100,
      url: `s3://bench@region/?backup=${name}&volume=${shape.volume.name}`,
      snapshotName: name,
      snapshotCreatedAt: at,
      backupCreatedAt: at,
      lastSyncedAt: at,
      size: '4096',
      volumeSize: shape.volume.sizeBytes,
      volumeName: shape.volume.name,
      backupTargetName: 'default',
      labels,
    };
    return make('Backup', 'backups', name, { labels: {} }, status);
  };

  for (const name of [source.namespace, manyNamespace]) {
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const target = { backupTargetURL: 's3://bench@region/' };
  await make('BackupTarget', 'backuptargets', 'default', target, { available: true, lastSyncedAt: at });
  await makePoint(source.namespace, source.pvc);
  for (let index = 0; index < manyClaims; index += 1) await makePoint(manyNamespace, `claim-${index}`);

  return {
    async unfinished() {
      const selector = encodeURIComponent(`${temporaryLabel}=true`);
      const { items } = await admin.must<List>('GET', `${path}/volumes?labelSelector=${selector}`);
      return items.map(({ metadata }) => metadata.name);
    },
    async isAt(volume, percent) {
      await show(volume, begun);
      const engine = `${volume}-e-0`;
      const labels = { longhornvolume: volume };
      const metadata = { name: engine, namespace: longhornNamespace, labels };
      await admin.apply({ apiVersion, kind: 'Engine', metadata, spec: { volumeName: volume } });
      const replica = { isRestoring: true, progress: percent, state: 'in_progress' };
      await setStatus(`${path}/engines/${engine}`, { restoreStatus: { 'tcp://10.0.0.1:1': replica } });
    },
    async isRestored(volume) {
      const { spec } = await admin.must<PersistentVolume>('GET', `/api/v1/persistentvolumes/${volume}`);
      const { namespace, name } = spec.claimRef;
      await setStatus(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`, { phase: 'Bound' });
      await show(volume, whole, { state: 'detached', frontendDisabled: false });
    },
  };
}
