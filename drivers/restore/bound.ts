/** The bytes are back, whatever has moved them: once the claim is bound, a test looks at it, and a restore becomes permanent. Pure. */
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { isOurs, proofStep, refusedBecause } from './about-operation.ts';
import type { RestoreStep } from './action.ts';
import { waitFor } from './deadline.ts';
import type { Situation } from './situation.ts';

/** A driver looks at the persistent volume itself: it knows its name. */
export type BoundStep = RestoreStep<'persistentVolume'>;

/** Asked of the claim, done by its storage and Kubernetes; the file system in it grows when it is mounted for the first time. */
function decideGrowth(situation: Situation, claim: PersistentVolumeClaim, title: string): BoundStep | undefined {
  const { operation, world } = situation;
  const { size } = operation.spec.request;
  const wanted = size === undefined ? 0n : (bytesOfQuantity(size) ?? 0n);
  const bytesIn = (resources: Readonly<Record<string, string>> | undefined) =>
    bytesOfQuantity(resources?.['storage'] ?? '') ?? 0n;
  if (size === undefined || bytesIn(claim.status?.capacity) >= wanted) return undefined;
  if (bytesIn(claim.spec?.resources?.requests) < wanted) {
    const { name, uid } = claim.metadata;
    return { do: 'grow-claim', claim: { name, uid }, size };
  }
  if (world.persistentVolume === undefined) return { do: 'look', at: 'persistentVolume' };
  if (bytesIn(world.persistentVolume.seen?.spec?.capacity) >= wanted) return undefined;
  return waitFor(situation, `${title} is bound, and its volume is being grown to ${size}`);
}

/** `isBack`: in words, that everything was read from the point. */
export function decideBound(situation: Situation, isBack: string): BoundStep {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const title = `claim ${status.work?.claimNamespace ?? ''}/${status.work?.claim ?? ''}`;
  if (world.refusal !== undefined) return { do: 'record', status: refuse(status, 'Failed', world.refusal, now) };
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  const isThere = claim?.metadata.deletionTimestamp === undefined && isOurs(operation, claim?.metadata.labels);
  if (claim === undefined || !isThere) {
    const why = `${title} was deleted by somebody before it was usable`;
    const failed = refusedBecause.failed(operation, why, 'ask for a new restore');
    return { do: 'record', status: refuse(status, 'Failed', failed, now) };
  }
  if (claim.status?.phase !== 'Bound') {
    return waitFor(situation, `${isBack}; ${title} is ${claim.status?.phase ?? 'new'}, not yet Bound`);
  }
  const step = (name: string, progress: number, message: string, work: Partial<OperationWork>): BoundStep => ({
    do: 'record',
    status: advance(status, { step: name, progress, message, work }, now),
  });
  if (operation.spec.kind === 'RestoreTest') {
    return step(proofStep, 80, `${title} is bound and will be looked at`, { isProving: true });
  }
  const growth = decideGrowth(situation, claim, title);
  return growth ?? step('permanent', 90, `${title} is bound and becomes permanent`, { isPermanent: true });
}
