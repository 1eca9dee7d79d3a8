/** The next action of a restore with Longhorn; `perform.ts` performs each of the driver's own with one call. */
import type { BackingImageBackup } from '@soteria/shared/longhorn/backing-images.ts';
import type { Backup, BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { RestoreVolumeDraft } from '@soteria/shared/longhorn/port-restore.ts';
import type { RestoreStep, This } from '../../restore/action.ts';
import type { Place } from './world.ts';

export type OwnAction =
  /** Longhorn is to read it again. */
  | { readonly do: 'read-target'; readonly target: BackupTarget }
  /** Longhorn is to make it from its backup. */
  | { readonly do: 'create-image'; readonly backup: BackingImageBackup }
  | { readonly do: 'hold'; readonly backup: Backup }
  | { readonly do: 'release'; readonly backup: Backup }
  | { readonly do: 'create-volume'; readonly draft: RestoreVolumeDraft }
  | { readonly do: 'keep-volume'; readonly volume: This }
  | { readonly do: 'delete-volume'; readonly volume: This };

export type Action = RestoreStep<Place> | OwnAction;
