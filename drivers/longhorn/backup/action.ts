/** The next action of a backup with Longhorn; `perform.ts` performs each of the driver's own with one call. */
import type { BackupDraft, SeenBackup, SnapshotDraft } from '@soteria/shared/longhorn/port.ts';
import type { BackupStep } from '../../backup/action.ts';
import type { Place } from './world.ts';

export type OwnAction =
  | { readonly do: 'create-snapshot'; readonly draft: SnapshotDraft }
  | { readonly do: 'create-backup'; readonly draft: BackupDraft }
  | { readonly do: 'delete-snapshot'; readonly name: string; readonly uid: string }
  /** As it was seen when this was decided: one that has become Completed since must stay. */
  | { readonly do: 'delete-backup'; readonly name: string; readonly seen: SeenBackup }
  | { readonly do: 'unwatch-snapshot'; readonly name: string }
  | { readonly do: 'unwatch-backup'; readonly name: string };

export type Action = BackupStep<Place> | OwnAction;
