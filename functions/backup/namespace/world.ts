/** What a decision about the backup of a namespace may know, and what it may say is next. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Operation, OperationRequest, OperationStatus } from '@soteria/shared/operation/schema.ts';
import type { Look } from '../longhorn/world.ts';

export interface NamespaceWorld {
  /** Of the namespace. */
  readonly claims?: readonly PersistentVolumeClaim[];
  /** Operations that this one has made. */
  readonly children?: readonly Operation[];
  /** The one looked at last. */
  readonly persistentVolume?: Look<PersistentVolume> & { readonly name: string };
  readonly isKeptAwake?: true;
  /** In this wake-up. */
  readonly madeCount?: number;
  readonly hasAskedAgain?: true;
}

export type NamespaceAction =
  | { readonly do: 'look-at-claims' }
  | { readonly do: 'look-at-children' }
  | { readonly do: 'look-at-volume'; readonly name: string }
  | { readonly do: 'keep-awake' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'create-child'; readonly name: string; readonly request: OperationRequest }
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
