/** When an attempt of a backup with Longhorn ends, and what the next is called. Longhorn has no deadline of its own for a whole backup (longhorn.md 2.1). */
import type { Operation, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { attemptsOf } from '../../backup/attempts.ts';
import { limitsOf } from '../../backup/deadline.ts';
import { nameOfAttempt } from './names-of-attempt.ts';

const limits = limitsOf('look at the volume and its instance manager in Longhorn');
export const { decideDeadline, decideLateStart, whyStuck } = limits;

function workOf(operation: Operation, work: OperationWork | undefined, attempt: number): OperationWork {
  const { volume, backupTarget } = work ?? {};
  return {
    attempt,
    ...(volume === undefined ? {} : { volume }),
    ...(backupTarget === undefined ? {} : { backupTarget }),
    snapshot: nameOfAttempt(operation, attempt),
  };
}

export const { decideNext, retryLater, retryOrFail } = attemptsOf({ firstStep: 'snapshot', workOf, limits });
