/** What a decision about one backup with Longhorn may know of the cluster. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup, BackupTarget, BackupVolume, LonghornVolume, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { BackupWorld, Look } from '../../backup/world.ts';

export interface World extends BackupWorld {
  readonly volume?: Look<LonghornVolume>;
  readonly target?: Look<BackupTarget>;
  readonly backupVolume?: Look<BackupVolume>;
  readonly snapshot?: Look<Snapshot>;
  readonly backup?: Look<Backup>;
  /** Every backup of the volume. */
  readonly points?: Look<readonly Backup[]>;
  /** Every backup Longhorn lists, of any volume. */
  readonly catalogue?: Look<readonly Backup[]>;
  /** Every snapshot of the volume. */
  readonly snapshots?: Look<readonly Snapshot[]>;
  /** The name of a backup that this very wake-up has put into the record: nobody else may make it (invariant 7). */
  readonly intended?: string | undefined;
  /** Snapshots that Longhorn refuses to delete for good (linked clones stand on them): name → why. They stay. */
  readonly kept?: Readonly<Record<string, string>>;
  /** What Longhorn answered to the last create, when it refused for good. */
  readonly refusal?: SoteriaError;
}

export type Place =
  | Exclude<keyof World, keyof BackupWorld | 'intended' | 'kept' | 'refusal'>
  | 'claim'
  | 'persistentVolume';
