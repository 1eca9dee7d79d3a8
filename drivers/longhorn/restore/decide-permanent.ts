/** Decided and recorded: the marks of what is temporary come off, the claim's first; then it has succeeded (invariant 4). */
import type { OperationResult } from '@soteria/shared/operation/record/schema.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { isOurs, refusedBecause } from '../../restore/about-operation.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';

function resultOf({ operation, world, now }: Situation): OperationResult {
  const status = statusOf(operation);
  const { work } = status;
  const sizeBytes = world.volume?.seen?.sizeBytes;
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

export function decidePermanent(situation: Situation): Action {
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
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  if (volume?.marks[temporaryLabel] !== undefined && isOurs(operation, volume.marks)) {
    return { do: 'keep-volume', volume: { name: volume.name, uid: volume.uid } };
  }
  const done = succeed(status, resultOf(situation), `claim ${title} is restored and bound`, now);
  return { do: 'record', status: done };
}
