/** Running, the snapshot's name is recorded: make it, wait until it is ready, then record the backup's name. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { advance, refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { isOurs, marksOf, notBackedUp, refusedBecause } from '../../backup/about-operation.ts';
import type { Situation } from './situation.ts';
import { decideIntent } from './decide-intent.ts';
import { decideRefusal } from './decide-refusal.ts';
import { decideStuck } from './decide-stuck.ts';
import { attempts, limits } from './limits.ts';

function makeSnapshot(situation: Situation, name: string, volume: string): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (world.refusal !== undefined) return decideRefusal(situation, world.refusal);
  const snapshot = world.snapshot?.seen;
  if (snapshot === undefined) {
    const late = limits.decideLateStart(situation, `snapshot ${name} could not be created`);
    return late ?? { do: 'create-snapshot', draft: { name, volume, marks: marksOf(operation) } };
  }
  if (!isOurs(operation, snapshot)) return attempts.retryOrFail(situation, `snapshot ${name} belongs to somebody else`);
  // Only now: while the Broker is down, the data of this instant are taken all the same.
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  const message = `waiting for snapshot ${name} to be ready`;
  return {
    do: 'record',
    status: advance(status, { step: 'snapshot', progress: 10, message, work: { snapshotMade: true } }, now),
  };
}

export function decideSnapshot(situation: Situation): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const { snapshot: name, volume, snapshotMade } = status.work ?? {};
  if (name === undefined || volume === undefined) return { do: 'wait' };

  if (operation.spec.cancelRequested === true) {
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  if (snapshotMade !== true) return makeSnapshot(situation, name, volume);

  if (world.snapshot === undefined) return { do: 'look', at: 'snapshot' };
  const snapshot = world.snapshot.seen;
  if (snapshot === undefined)
    return attempts.retryOrFail(situation, `snapshot ${name} disappeared before it was backed up`);
  if (snapshot.error !== undefined) {
    const failed = new SoteriaError('snapshot_failed', {
      what: notBackedUp(operation),
      why: `Longhorn has lost snapshot ${name} of volume ${volume}: ${snapshot.error}`,
      fix: `see: kubectl describe snapshots.longhorn.io -n longhorn-system ${name}`,
    });
    return attempts.retryLater(situation, failed);
  }
  if (snapshot.isDeleting) return attempts.retryOrFail(situation, `snapshot ${name} is being deleted by somebody`);
  if (!snapshot.isReady) {
    const because = snapshot.waitMessage === undefined ? '' : `: ${snapshot.waitMessage}`;
    const late = decideStuck(situation, `snapshot ${name} is not ready${because}`);
    if (late !== undefined) return late;
    const next = waiting(status, `waiting for snapshot ${name} to be ready${because}`);
    return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
  }
  return decideIntent(situation, name);
}
