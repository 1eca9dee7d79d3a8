/** What the in-memory Longhorn keeps of each object: the product's own view of it, plus what the view does not show. */
import type { Backup, BackupTarget, LonghornVolume, Snapshot } from './objects.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface BackupRecord {
  readonly view: Mutable<Backup>;
  readonly specLabels: Readonly<Record<string, string>>;
}

export interface FakeRecords {
  readonly volumes: Map<string, LonghornVolume>;
  readonly targets: Map<string, Mutable<BackupTarget>>;
  readonly snapshots: Map<string, Mutable<Snapshot>>;
  readonly backups: Map<string, BackupRecord>;
  /** What the target holds, by backup name: survives the loss of the object. */
  readonly onTarget: Map<string, Backup>;
}

export function defaultVolume(name: string): LonghornVolume {
  return {
    name,
    uid: `uid-${name}`,
    sizeBytes: 1_073_741_824n,
    actualSizeBytes: 4_194_304n,
    state: 'attached',
    robustness: 'healthy',
    isStandby: false,
    isRestoring: false,
    isEncrypted: false,
    accessMode: 'rwo',
    dataEngine: 'v1',
    numberOfReplicas: 1,
    backupTargetName: 'default',
    backupBlockSize: '2097152',
    nodeId: 'node-1',
  };
}
