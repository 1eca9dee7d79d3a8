/** What a decision about one restore with Longhorn may know of the cluster. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackingImage, BackingImageBackup } from '@soteria/shared/longhorn/backing-images.ts';
import type { NodeRoom } from '@soteria/shared/longhorn/node-room.ts';
import type { Backup, BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import type { Look, RestoreWorld } from '../../restore/world.ts';

export interface World extends RestoreWorld {
  readonly chosen?: KnownPoint<Backup> | SoteriaError;
  readonly volume?: Look<RestoreVolume>;
  /** 0 to 100, from the engine. */
  readonly progress?: Look<number>;
  /** Longhorn's words for why replicas could not be restored. */
  readonly restoreErrors?: Look<readonly string[]>;
  /** Every backup that Longhorn knows. */
  readonly points?: Look<readonly Backup[]>;
  /** The backup that is restored from. */
  readonly backup?: Look<Backup>;
  readonly target?: Look<BackupTarget>;
  /** All of them: where a URL that nobody knows may be found. */
  readonly targets?: Look<readonly BackupTarget[]>;
  /** That the source's volume stands on; and its backup, where Longhorn does not have it. */
  readonly backingImage?: Look<BackingImage>;
  readonly imageBackup?: Look<BackingImageBackup>;
  /** Where there is room, when Longhorn finds no place. */
  readonly rooms?: Look<readonly NodeRoom[]>;
  /** Longhorn was asked to read a backup target. */
  readonly hasAskedToRead?: true;
  /** Why Longhorn refuses to delete the volume for good: it stays. */
  readonly keptVolume?: string;
}

export type Place =
  | Exclude<keyof World, keyof RestoreWorld | 'hasAskedToRead' | 'keptVolume'>
  | 'persistentVolume'
  | 'liveVolume';
