/**
 * What to do next for one Operation of kind Restore or RestoreTest. Pure: the record, what was looked at, the instant. The driver decides what
 * lies between the beginning and the end.
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
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { refusedBecause } from '../../../drivers/restore/about-operation.ts';
import type { RestoreStep } from '../../../drivers/restore/action.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { Situation } from '../../../drivers/restore/situation.ts';
import { decideProof } from '../proof/decide-proof.ts';
import { withVerdict } from '../proof/judge-failure.ts';
import { decideEnding } from './decide-ending.ts';
import { decideStart } from './decide-start.ts';

export function decideRestore(driver: RestoreDriver, situation: Situation): AnyAction {
  return withVerdict(driver, situation, decideStage(driver, situation));
}

function decideStage(driver: RestoreDriver, situation: Situation): RestoreStep | AnyAction {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const { work } = status;
  if (status.settled === true) return { do: 'rest' };
  if (isTerminal(status.phase)) return decideEnding(driver, situation);
  if (work?.isPermanent === true) return driver.decide(situation);
  if (operation.spec.cancelRequested === true) {
    const cancelled = refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now);
    return { do: 'record', status: cancelled };
  }
  if (!driver.hasBegun(work)) return decideStart(driver, situation);
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  // From here on the volume is in use: it is the Job that is followed.
  return work?.isProving === true ? decideProof(situation) : driver.decide(situation);
}
