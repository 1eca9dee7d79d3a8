/** Permanent is decided and recorded, whatever has moved the bytes: the marks of what is temporary come off, the claim's first (invariant 4). Pure. */
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationResult } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { isOurs, isOursAndTemporary, refusedBecause } from './about-operation.ts';
import type { BoundStep } from './bound.ts';
import type { Situation } from './situation.ts';

function resultOf({ operation, now }: Situation, sizeBytes: bigint | undefined): OperationResult {
  const status = statusOf(operation);
  const { work } = status;
  return {
    ...(work?.restorePoint === undefined ? {} : { restorePoint: work.restorePoint }),
    ...(work?.dataAsOf === undefined ? {} : { dataAsOf: work.dataAsOf }),
    ...(work?.backup === undefined ? {} : { backup: work.backup }),
    ...(work?.volume === undefined ? {} : { volume: work.volume }),
    ...(work?.claimNamespace === undefined ? {} : { claimNamespace: work.claimNamespace }),
    ...(work?.claim === undefined ? {} : { claim: work.claim }),
    ...(sizeBytes === undefined ? {} : { sizeBytes: String(sizeBytes) }),
    restoreMs: Math.max(0, now.getTime() - Date.parse(status.startedAt ?? now.toISOString())),
  };
}

export interface OwnObjects<A extends AnyAction> {
  /** What takes the marks off the driver's own objects; undefined when they have none. */
  keep(): A | undefined;
  /** Of the volume; undefined: not known. */
  sizeBytes(): bigint | undefined;
}

export function decidePermanent<A extends AnyAction>(situation: Situation, own: OwnObjects<A>): A | BoundStep {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const title = `${status.work?.claimNamespace ?? ''}/${status.work?.claim ?? ''}`;
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  if (claim === undefined || !isOurs(operation, claim.metadata.labels)) {
    const lost = refusedBecause.failed(operation, `claim ${title} was deleted by somebody`, 'ask for a new restore');
    return { do: 'record', status: refuse(status, 'Failed', lost, now) };
  }
  if (claim.metadata.labels?.[temporaryLabel] !== undefined) {
    return { do: 'keep-claim', claim: { name: claim.metadata.name, uid: claim.metadata.uid } };
  }
  if (world.persistentVolume === undefined) return { do: 'look', at: 'persistentVolume' };
  const persistentVolume = world.persistentVolume.seen?.metadata;
  if (persistentVolume?.labels?.[temporaryLabel] !== undefined && isOurs(operation, persistentVolume.labels)) {
    const { name, uid } = persistentVolume;
    return { do: 'keep-persistent-volume', persistentVolume: { name, uid } };
  }
  const next = own.keep();
  if (next !== undefined) return next;
  const result = resultOf(situation, own.sizeBytes());
  return { do: 'record', status: succeed(status, result, `claim ${title} is restored and bound`, now) };
}

/** After an end without success: the claim, then its persistent volume, if this restore has made them. */
export function removeClaim({ operation, world }: Situation): BoundStep | undefined {
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen?.metadata;
  if (claim !== undefined && isOursAndTemporary(operation, claim)) return { do: 'delete-claim', claim };
  if (world.persistentVolume === undefined) return { do: 'look', at: 'persistentVolume' };
  const persistentVolume = world.persistentVolume.seen?.metadata;
  if (persistentVolume === undefined || !isOursAndTemporary(operation, persistentVolume)) return undefined;
  return { do: 'delete-persistent-volume', persistentVolume };
}
