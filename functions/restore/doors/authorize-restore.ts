/** May they? Data leaves one namespace and appears in another: the caller must be allowed to ask in both. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Origin, RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { RestoreWorld } from '../../../drivers/restore/world.ts';
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
 * that matters; whose a point is that has still to be read, nobody knows yet.
 */
export async function authorizePoint(
  { authorize }: Pick<RestoreTools, 'authorize'>,
  driver: RestoreDriver,
  { operation, world }: Known<RestoreWorld>,
  { caller, signal }: Incoming,
): Promise<boolean> {
  const askEverywhere = () => authorize(caller, { verb: 'create', namespace: undefined }, signal);
  if (driver.readsFirst(operation, world) !== undefined) {
    try {
      await askEverywhere();
      return true;
    } catch (error) {
      if (error instanceof SoteriaError && error.code === 'forbidden') return false;
      throw error;
    }
  }
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError) return false;
  const { pvc, volume } = chosen.point;
  if (pvc !== null || (volume ?? undefined) === world.liveVolume?.seen) return false;
  await askEverywhere();
  return true;
}

/** Recorded with the request: when it runs, nobody can ask the caller's rights again. */
export function withRightToAny(origin: Origin, mayTakeAny: boolean): Origin {
  return mayTakeAny ? { ...origin, requestedBy: { ...origin.requestedBy, mayTakeAny } } : origin;
}
