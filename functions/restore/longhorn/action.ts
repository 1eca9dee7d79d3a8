/** The next thing to do for one operation; `perform.ts` does each with one call. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job, PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { BackingImageBackup } from '@soteria/shared/longhorn/backing-images.ts';
import type { Backup, BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { RestoreVolumeDraft } from '@soteria/shared/longhorn/port-restore.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimJudgement } from '@soteria/shared/restore-points/verified-points.ts';
import type { Place } from './world.ts';

export type RestoreFactName = 'started' | 'completed' | 'failed' | 'skipped';

/** One very object, by its uid. */
export interface This {
  readonly name: string;
  readonly uid: string;
}

export type Action =
  | { readonly do: 'look'; readonly at: Place }
  | { readonly do: 'label' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'enter-slot'; readonly need: SlotNeed }
  | { readonly do: 'leave-slot' }
  | { readonly do: 'enter-budget'; readonly bytes: bigint }
  | { readonly do: 'leave-budget' }
  /** Longhorn is to read it again. */
  | { readonly do: 'read-target'; readonly target: BackupTarget }
  /** Longhorn is to make it from its backup. */
  | { readonly do: 'create-image'; readonly backup: BackingImageBackup }
  | { readonly do: 'hold'; readonly backup: Backup }
  | { readonly do: 'release'; readonly backup: Backup }
  | { readonly do: 'create-volume'; readonly draft: RestoreVolumeDraft }
  | { readonly do: 'create-persistent-volume'; readonly draft: Draft<PersistentVolume> }
  | { readonly do: 'create-claim'; readonly draft: Draft<PersistentVolumeClaim> }
  | { readonly do: 'grow-claim'; readonly claim: This; readonly size: string }
  | { readonly do: 'keep-claim'; readonly claim: This }
  | { readonly do: 'keep-persistent-volume'; readonly persistentVolume: This }
  | { readonly do: 'keep-volume'; readonly volume: This }
  | { readonly do: 'create-job'; readonly draft: Draft<Job>; readonly as: 'proof' | 'command' }
  | { readonly do: 'delete-job'; readonly job: This; readonly as: 'proof' | 'command' }
  | { readonly do: 'keep-proof'; readonly judged: ClaimJudgement }
  | { readonly do: 'delete-claim'; readonly claim: This }
  | { readonly do: 'delete-persistent-volume'; readonly persistentVolume: This }
  | { readonly do: 'delete-volume'; readonly volume: This }
  | { readonly do: 'announce'; readonly fact: RestoreFactName }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };
