/** How Operations of kind NamespaceBackup are moved; the loop is `shared/operation/engine/advance.ts`. */
import type { Mover } from '@soteria/shared/operation/engine/advance.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import { decideNamespaceBackup } from './decide-namespace.ts';
import { type NamespaceTools, performOnNamespace } from './perform-namespace.ts';
import type { NamespaceAction, NamespaceWorld } from './world.ts';

export interface AdvanceNamespaceTools extends NamespaceTools {
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
}

export const namespaceKind = 'NamespaceBackup';

export function namespaceMover(tools: AdvanceNamespaceTools): Mover<NamespaceWorld, NamespaceAction> {
  const { store, inTurn, now } = tools;
  return {
    functionName: 'backup',
    store,
    now,
    inTurn,
    nothingSeen: {},
    decide: (known) => decideNamespaceBackup({ ...known, now: now() }),
    hold: holdWhilePaused({ store, isPaused: (signal) => tools.cluster.isPaused(signal) }),
    perform: (known, action, { signal }) => performOnNamespace(tools, known, action, signal),
  };
}
