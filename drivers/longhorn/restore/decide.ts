/** What to do next for a restore with Longhorn that has begun; the invariants are those of the function. Pure. */
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { decideClaim } from './decide-claim.ts';
import { decidePermanent } from './decide-permanent.ts';
import { decideRestoring } from './decide-restoring.ts';
import { decideVolume } from './decide-volume.ts';
import type { Situation } from './situation.ts';

export function decide(situation: Situation): Action {
  const { work } = statusOf(situation.operation);
  if (work === undefined) return { do: 'wait' };
  if (work.isPermanent === true) return decidePermanent(situation);
  if (work.volumeMade !== true || work.persistentVolumeMade !== true || work.claimMade !== true) {
    return decideVolume(situation, work) ?? decideClaim(situation, work);
  }
  return decideRestoring(situation, work);
}
