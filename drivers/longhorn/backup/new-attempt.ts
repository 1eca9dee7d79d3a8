/** Trying again, under a new name (invariant 2): at once, or after the time that a lock on the target may live. */
import { createHash } from 'node:crypto';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation, OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { refusedBecause } from '../../backup/about-operation.ts';
import { nameOfAttempt } from './names-of-attempt.ts';
import type { Situation } from './situation.ts';

/** Of a uid, in [0, 1): spreads many that failed together, and is the same whenever it is asked. */
function spreadOf(operation: Operation, attempt: number): number {
  const hash = createHash('sha256').update(`${operation.metadata.uid}\n${attempt}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

/** Longhorn's locks on a target live 150 seconds, and a failure because of a lock looks like any other failure. */
export function retryDelayMs(operation: Operation, attempt: number, retryMs: number): number {
  return Math.round(retryMs * 2 ** (attempt - 1) * (1 + spreadOf(operation, attempt) / 2));
}

function workOfAttempt(operation: Operation, work: OperationWork | undefined, attempt: number): OperationWork {
  const { volume, backupTarget } = work ?? {};
  return {
    attempt,
    ...(volume === undefined ? {} : { volume }),
    ...(backupTarget === undefined ? {} : { backupTarget }),
    snapshot: nameOfAttempt(operation, attempt),
  };
}

export function beginAttempt({ operation, now }: Situation, attempt: number, message: string): Action {
  const status = statusOf(operation);
  const fresh: OperationStatus = { ...status, work: workOfAttempt(operation, status.work, attempt) };
  return {
    do: 'record',
    status: advance(fresh, { step: `snapshot-r${attempt}`, progress: 10, message }, now),
  };
}

/** When nothing of the last attempt can be in the way. */
export function retryOrFail(situation: Situation, why: string): Action {
  const { operation, rules, now } = situation;
  const status = statusOf(operation);
  const attempt = status.work?.attempt ?? 1;
  if (attempt >= rules.maxAttempts) {
    const enough = refusedBecause.outOfAttempts(operation, why, attempt);
    return { do: 'record', status: refuse(status, 'Failed', enough, now) };
  }
  return beginAttempt(situation, attempt + 1, `trying again: ${why}`);
}

/**
 * The failed attempt is taken away first (`decide-retry.ts`), and the next waits until a lock it met must have ended; one that met
 * none need not wait.
 */
export function retryLater({ operation, rules, now }: Situation, failed: SoteriaError, delayMs?: number): Action {
  const status = statusOf(operation);
  const attempt = status.work?.attempt ?? 1;
  const { what, why, fix } = failed.explanation;
  if (attempt >= rules.maxAttempts) {
    const last = new SoteriaError(failed.code, { what, why: `${why}; that was attempt ${attempt}, the last one`, fix });
    return { do: 'record', status: refuse(status, 'Failed', last, now) };
  }
  const retryAt = new Date(now.getTime() + (delayMs ?? retryDelayMs(operation, attempt, rules.retryMs))).toISOString();
  const message = `attempt ${attempt} of ${rules.maxAttempts} failed: ${why}; the next begins at ${retryAt}`;
  const change = { step: `retry-r${attempt + 1}`, progress: status.progress, message, work: { retryAt } };
  return { do: 'record', status: advance(status, change, now) };
}
