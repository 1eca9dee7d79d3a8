/** What a decision about the backup of a namespace may know, and what it may say is next. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Operation, OperationRequest, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { Look } from '../longhorn/world.ts';

export interface NamespaceWorld {
  /** Operations that this one has made and that have not ended. */
  readonly open?: readonly Operation[];
  /** Of the namespace; looked at only when the next are to be taken. */
  readonly claims?: readonly PersistentVolumeClaim[];
  /** By name. */
  readonly persistentVolumes?: Readonly<Record<string, Look<PersistentVolume>>>;
  /** Claims for which a child was made in this wake-up. */
  readonly made?: readonly string[];
  /** All that this one has made; looked at once, at the end. */
  readonly children?: readonly Operation[];
  readonly isKeptAwake?: true;
  readonly hasAskedAgain?: true;
}

export interface ChildDraft {
  readonly name: string;
  readonly request: OperationRequest;
  readonly claim: PersistentVolumeClaim;
  readonly persistentVolume: PersistentVolume;
}

export type NamespaceAction =
  | { readonly do: 'look-at-open' }
  | { readonly do: 'look-at-claims' }
  | { readonly do: 'look-at-volumes'; readonly names: readonly string[] }
  | { readonly do: 'look-at-children' }
  | { readonly do: 'keep-awake' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'create-child'; readonly draft: ChildDraft }
  | { readonly do: 'cancel-child'; readonly name: string }
  /** One wake-up makes so many and no more: the rest is for another one. */
  | { readonly do: 'ask-again' }
  | { readonly do: 'wait' }
  | { readonly do: 'rest' };

export interface NamespaceSituation {
  readonly operation: Operation;
  readonly world: NamespaceWorld;
  readonly now: Date;
}
