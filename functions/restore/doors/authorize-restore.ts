/** May they? Data leaves one namespace and appears in another: the caller must be allowed to ask in both. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import { toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import type { Origin, RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { targetToRead } from '../longhorn/decide-reading.ts';
import type { World } from '../longhorn/world.ts';
import type { RestoreTools } from '../tools.ts';

export async function authorizeRequested(
  { authorize }: Pick<RestoreTools, 'authorize'>,
  { namespace, request }: RequestedOperation,
  { caller, signal }: Incoming,
): Promise<void> {
  await authorize(caller, { verb: 'create', namespace }, signal);
  const source = request.namespace ?? namespace;
  if (source !== namespace) await authorize(caller, { verb: 'create', namespace: source }, signal);
}

/**
 * A point that does not say whose it is may be anybody's: it takes the right to ask everywhere. Answers whether the caller has it, where
 * that matters; whose a point is that Longhorn has still to read, nobody knows yet.
 */
export async function authorizePoint(
  { authorize }: Pick<RestoreTools, 'authorize'>,
  operation: Operation,
  world: World,
  { caller, signal }: Incoming,
): Promise<boolean> {
  const askEverywhere = () => authorize(caller, { verb: 'create', namespace: undefined }, signal);
  if (targetToRead(operation, world) !== undefined) {
    try {
      await askEverywhere();
      return true;
    } catch (error) {
      if (error instanceof SoteriaError && error.code === 'forbidden') return false;
      throw error;
    }
  }
  const { chosen: point } = world;
  if (point === undefined || point instanceof SoteriaError) return false;
  const isNobodys = toRestorePoint(point, world.ownClusters?.seen ?? noClusters).pvc === null;
  if (!isNobodys || point.volume === world.liveVolume?.seen) return false;
  await askEverywhere();
  return true;
}

/** Recorded with the request: when it runs, nobody can ask the caller's rights again. */
export function withRightToAny(origin: Origin, mayTakeAny: boolean): Origin {
  return mayTakeAny ? { ...origin, requestedBy: { ...origin.requestedBy, mayTakeAny } } : origin;
}
