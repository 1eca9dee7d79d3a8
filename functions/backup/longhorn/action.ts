/** The next thing to do for one operation; `perform.ts` does each with one call. */
import type { BackupDraft, SeenBackup, SnapshotDraft } from '@soteria/shared/longhorn/port.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { Place } from './world.ts';

export type BackupFact = 'started' | 'completed' | 'failed' | 'skipped';

export type Action =
  /** Several places at once, where none tells what to look for at another. */
  | { readonly do: 'look'; readonly at: Place | readonly Place[] }
  | { readonly do: 'label' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'enter-slot'; readonly need: SlotNeed }
  | { readonly do: 'leave-slot' }
  /** While something runs, the sweep comes every two minutes. */
  | { readonly do: 'keep-awake' }
  | { readonly do: 'create-snapshot'; readonly draft: SnapshotDraft }
  | { readonly do: 'create-backup'; readonly draft: BackupDraft }
  | { readonly do: 'delete-snapshot'; readonly name: string; readonly uid: string }
  /** As it was seen when this was decided: one that has become Completed since must stay. */
  | { readonly do: 'delete-backup'; readonly name: string; readonly seen: SeenBackup }
  | { readonly do: 'unwatch-snapshot'; readonly name: string }
  | { readonly do: 'unwatch-backup'; readonly name: string }
  | { readonly do: 'announce'; readonly fact: BackupFact }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };
