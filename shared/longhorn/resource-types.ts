/** Descriptors of Longhorn's kinds, in wire form: for the adapter here, and for programs that simulate Longhorn. */
import type * as z from 'zod';
import type { KubernetesObject, ResourceType } from '../kubernetes/resource-type.ts';
import {
  type BackupResource,
  type BackupTargetResource,
  type BackupVolumeResource,
  type EngineResource,
  type SnapshotResource,
  type VolumeResource,
  backupTargetWire,
  backupVolumeWire,
  backupWire,
  engineWire,
  snapshotWire,
  volumeWire,
} from './wire.ts';

export const longhornGroup = 'longhorn.io';
export const longhornVersion = 'v1beta2';

/** On Backups and BackupVolumes, bare keys: Longhorn's own. */
export const backupVolumeLabel = 'backup-volume';
export const backupTargetLabel = 'backup-target';
/** On Snapshots (and Volumes, Engines, Replicas). */
export const snapshotVolumeLabel = 'longhornvolume';

function longhorn<T extends KubernetesObject>(kind: string, plural: string, wire: z.ZodType): ResourceType<T> {
  return {
    group: longhornGroup,
    version: longhornVersion,
    kind,
    plural,
    isNamespaced: true,
    // The schema has checked every member the type names.
    parse: (json) => wire.parse(json) as T,
  };
}

export const volumes = longhorn<VolumeResource>('Volume', 'volumes', volumeWire);
export const snapshots = longhorn<SnapshotResource>('Snapshot', 'snapshots', snapshotWire);
export const backups = longhorn<BackupResource>('Backup', 'backups', backupWire);
export const backupVolumes = longhorn<BackupVolumeResource>('BackupVolume', 'backupvolumes', backupVolumeWire);
export const backupTargets = longhorn<BackupTargetResource>('BackupTarget', 'backuptargets', backupTargetWire);
/** `<volume>-e-0`: here a restore tells its progress. */
export const engines = longhorn<EngineResource>('Engine', 'engines', engineWire);
