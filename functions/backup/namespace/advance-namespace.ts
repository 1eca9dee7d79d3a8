/** Moves one Operation of kind NamespaceBackup; the loop is `shared/operation/engine/advance.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith } from '@soteria/shared/operation/engine/advance.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import { type Operation, operationKinds } from '@soteria/shared/operation/record/schema.ts';
import { decideNamespaceBackup } from './decide-namespace.ts';
import { type NamespaceTools, performOnNamespace } from './perform-namespace.ts';
import type { NamespaceAction, NamespaceWorld } from './world.ts';

export interface AdvanceNamespaceTools extends NamespaceTools {
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
}

export const namespaceKind = 'NamespaceBackup';

/** The name of a claim may begin so, too. */
export function mayBeOfNamespace(name: string): boolean {
  return name.startsWith(`soteria-${operationKinds[namespaceKind].verb}-`);
}

export function advanceNamespace(
  tools: AdvanceNamespaceTools,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const { store, inTurn, now } = tools;
  return advanceWith<NamespaceWorld, NamespaceAction>(
    {
      functionName: 'backup',
      store,
      now,
      inTurn,
      nothingSeen: {},
      decide: (known) =>
        known.operation.spec.kind === namespaceKind ? decideNamespaceBackup({ ...known, now: now() }) : { do: 'wait' },
      hold: holdWhilePaused({ store, isPaused: (signal) => tools.cluster.isPaused(signal) }),
      perform: (known, action, { signal }) => performOnNamespace(tools, known, action, signal),
    },
    ref,
    call,
  );
}
