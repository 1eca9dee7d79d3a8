/** What to do next for a backup with Longhorn that has begun; the invariants are those of the function. Pure. */
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { decideRetry } from './decide-retry.ts';
import { decideSnapshot } from './decide-snapshot.ts';
import { decideUpload } from './decide-upload.ts';
import type { Situation } from './situation.ts';

export function decide(situation: Situation): Action {
  const { work } = statusOf(situation.operation);
  if (work?.retryAt !== undefined) return decideRetry(situation, work);
  return work?.backup === undefined ? decideSnapshot(situation) : decideUpload(situation);
}
