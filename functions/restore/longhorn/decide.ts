/**
 * What to do next for one Operation of kind Restore or RestoreTest. Pure: the record, what was looked at, the instant.
 *
 * Invariants (the stages cite them):
 *  1. Intent before effect: every name is in the record before the object is made.
 *  2. An existing object is ours only if it carries our operation's uid; what is not ours is neither changed nor deleted.
 *  3. Removed is only what is ours, still marked temporary, and of an operation that has ended without success, or of a restore test.
 *  4. Permanent is decided by one write of the record. Before it, a wish to cancel wins; after it, none is accepted. Then the claim's
 *     mark goes first, in one write with its precondition.
 *  5. The backup is held, read again, and only then restored from; it is released when the volume is
 *     restored, or the operation has ended.
 */
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { refusedBecause } from './about-operation.ts';
import type { Action } from './action.ts';
import { decideClaim } from './decide-claim.ts';
import { decideEnding } from './decide-ending.ts';
import { decidePermanent } from './decide-permanent.ts';
import { decideRestoring } from './decide-restoring.ts';
import { decideStart } from './decide-start.ts';
import { decideVolume } from './decide-volume.ts';
import { decideProof } from '../proof/decide-proof.ts';
import { withVerdict } from '../proof/judge-failure.ts';
import type { Situation } from './situation.ts';

export function decideRestore(situation: Situation): Action {
  return withVerdict(situation, decideStage(situation));
}

function decideStage(situation: Situation): Action {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const { work } = status;
  if (status.settled === true) return { do: 'rest' };
  if (isTerminal(status.phase)) return decideEnding(situation);
  if (work?.isPermanent === true) return decidePermanent(situation);
  if (operation.spec.cancelRequested === true) {
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  if (work?.volume === undefined) return decideStart(situation);
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  if (work.volumeMade !== true || work.persistentVolumeMade !== true || work.claimMade !== true) {
    return decideVolume(situation, work) ?? decideClaim(situation, work);
  }
  // From here on the volume is in use: it is the Job that is followed.
  if (work.isProving === true) return decideProof(situation);
  return decideRestoring(situation, work);
}
