/** When an attempt of a backup with Longhorn ends, and what the next is called. Longhorn has no deadline of its own for a whole backup (longhorn.md 2.1). */
import type { Operation, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { attemptsOf } from '../../backup/attempts.ts';
import { limitsOf } from '../../backup/deadline.ts';
import { nameOfAttempt } from './names-of-attempt.ts';

// Pure: a bundle without backups leaves all of this out.
export const limits = /* @__PURE__ */ limitsOf('look at the volume and its instance manager in Longhorn');

function workOf(operation: Operation, work: OperationWork | undefined, attempt: number): OperationWork {
  const { volume, backupTarget } = work ?? {};
  return {
    attempt,
    ...(volume === undefined ? {} : { volume }),
    ...(backupTarget === undefined ? {} : { backupTarget }),
    snapshot: nameOfAttempt(operation, attempt),
  };
}

export const attempts = /* @__PURE__ */ attemptsOf({ firstStep: 'snapshot', workOf, limits });
