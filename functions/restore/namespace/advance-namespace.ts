/** How Operations of kind NamespaceRestore are moved; the loop is `shared/operation/engine/advance.ts`. */
import type { Mover } from '@soteria/shared/operation/engine/advance.ts';
import type { ManyAction, ManyWorld } from '@soteria/shared/operation/many/many.ts';
import { moveMany } from '@soteria/shared/operation/many/move-many.ts';
import type { ManyTools } from '@soteria/shared/operation/many/perform-many.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { functionName } from '../../../drivers/restore/about-operation.ts';
import type { Tools } from '../claim/tools.ts';
import type { Rules } from '../../../drivers/restore/world.ts';
import { namespaceRestore } from './namespace-restore.ts';
import { type NamespaceLook, type NamespaceSource, nextLookOf } from './plan-namespace.ts';

export type NamespaceLookers = Pick<Tools, 'drivers' | 'cluster' | 'claims'>;

export interface NamespaceTools
  extends NamespaceLookers, Pick<Tools, 'store' | 'keepAwake' | 'wakeOther' | 'announce' | 'now'> {
  readonly rules: Pick<Rules, 'stallMs' | 'deadlineMs'>;
  readonly inTurn: OneAtATime;
  readonly moveChild: ManyTools<NamespaceSource, NamespaceLook>['moveChild'];
}

export async function lookAtSource(
  { drivers, cluster, claims }: NamespaceLookers,
  operation: Operation,
  source: NamespaceSource,
  at: NamespaceLook,
  signal: AbortSignal | undefined,
): Promise<NamespaceSource> {
  const { namespace: target = '' } = operation.metadata;
  const { namespace } = sourceRefOf(operation);
  switch (at) {
    case 'points':
      return {
        ...source,
        points: (await Promise.all(Object.values(drivers).map((driver) => driver.listPoints(signal)))).flat(),
      };
    case 'ownClusters':
      return { ...source, ownClusters: await cluster.ownClusters(signal) };
    case 'claims':
      return { ...source, claims: await claims.listClaims(target, signal) };
    case 'living':
      return {
        ...source,
        living: namespace === target ? (source.claims ?? []) : await claims.listClaims(namespace, signal),
      };
  }
}

/** All that the plan is made from. */
export async function lookAtWholeSource(
  tools: NamespaceLookers,
  operation: Operation,
  signal: AbortSignal | undefined,
): Promise<NamespaceSource> {
  let source: NamespaceSource = {};
  for (let at = nextLookOf(operation, source); at !== undefined; at = nextLookOf(operation, source)) {
    source = await lookAtSource(tools, operation, source, at, signal);
  }
  return source;
}

export function namespaceMover(tools: NamespaceTools): Mover<ManyWorld<NamespaceSource>, ManyAction<NamespaceLook>> {
  const { store, inTurn, cluster } = tools;
  const part = moveMany(
    namespaceRestore(tools.rules),
    {},
    {
      ...tools,
      isPaused: (signal) => cluster.isPaused(signal),
      look: (...given) => lookAtSource(tools, ...given),
    },
  );
  return { ...part, functionName, store, now: tools.now, inTurn };
}
