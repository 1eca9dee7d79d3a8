/** A backup that fails is tried again, whatever moves the bytes: under new names, as often as the rules say, and not at once. Pure. */
import { createHash } from 'node:crypto';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import type { Operation, OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { notBackedUp, refusedBecause } from './about-operation.ts';
import type { RecordStep } from './action.ts';
import type { Limits } from './deadline.ts';
import type { Situation } from './situation.ts';

/** Of a uid, in [0, 1): spreads many that failed together, and is the same whenever it is asked. */
function spreadOf(operation: Operation, attempt: number): number {
  const hash = createHash('sha256').update(`${operation.metadata.uid}\n${attempt}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

/** A lock of the failed attempt may still stand where the bytes are stored, and a failure because of a lock looks like any other failure. */
export function retryDelayMs(operation: Operation, attempt: number, retryMs: number): number {
  return Math.round(retryMs * 2 ** (attempt - 1) * (1 + spreadOf(operation, attempt) / 2));
}

export interface Attempts {
  readonly beginAttempt: (situation: Situation, attempt: number, message: string) => RecordStep;
  /** When nothing of the last attempt can be in the way. */
  readonly retryOrFail: (situation: Situation, why: string) => RecordStep;
  /**
   * The failed attempt is removed first (`decideNext`), and the next waits until a lock it met must have ended; an attempt that met no lock
   * need not wait.
   */
  readonly retryLater: (situation: Situation, failed: SoteriaError, delayMs?: number) => RecordStep;
  /** Between two attempts. `leftover`: what removes the failed attempt, or takes it up again; undefined when nothing of it is left. */
  readonly decideNext: <A extends AnyAction>(
    situation: Situation,
    leftover: A | RecordStep | undefined,
  ) => A | RecordStep | { readonly do: 'wait' };
}

export interface AttemptsOfDriver {
  /** The step with which an attempt begins. */
  readonly firstStep: string;
  /** What is recorded of an attempt when it begins: its names. */
  readonly workOf: (operation: Operation, work: OperationWork | undefined, attempt: number) => OperationWork;
  readonly limits: Pick<Limits, 'decideLateStart'>;
}

export function attemptsOf({ firstStep, workOf, limits }: AttemptsOfDriver): Attempts {
  const attemptOf = (operation: Operation): number => statusOf(operation).work?.attempt ?? 1;

  const beginAttempt: Attempts['beginAttempt'] = ({ operation, now }, attempt, message) => {
    const status = statusOf(operation);
    const { driver } = status.work ?? {};
    const work = { ...(driver === undefined ? {} : { driver }), ...workOf(operation, status.work, attempt) };
    const fresh: OperationStatus = { ...status, work };
    return {
      do: 'record',
      status: advance(fresh, { step: `${firstStep}-r${attempt}`, progress: 10, message }, now),
    };
  };

  const failLast = (
    { operation, now }: Situation,
    { code, explanation: { what, why, fix } }: SoteriaError,
  ): RecordStep => {
    const tried = `${why}; that was attempt ${attemptOf(operation)}, the last one`;
    const last = new SoteriaError(code, { what, why: tried, fix });
    return { do: 'record', status: refuse(statusOf(operation), 'Failed', last, now) };
  };

  return {
    beginAttempt,
    retryOrFail(situation, why) {
      const { operation, rules } = situation;
      const attempt = attemptOf(operation);
      if (attempt < rules.maxAttempts) return beginAttempt(situation, attempt + 1, `trying again: ${why}`);
      const fix = 'remove the cause, then ask for a new backup';
      return failLast(situation, new SoteriaError('backup_failed', { what: notBackedUp(operation), why, fix }));
    },
    retryLater(situation, failed, delayMs) {
      const { operation, rules, now } = situation;
      const status = statusOf(operation);
      const attempt = attemptOf(operation);
      if (attempt >= rules.maxAttempts) return failLast(situation, failed);
      const afterMs = delayMs ?? retryDelayMs(operation, attempt, rules.retryMs);
      const retryAt = new Date(now.getTime() + afterMs).toISOString();
      const { why } = failed.explanation;
      const message = `attempt ${attempt} of ${rules.maxAttempts} failed: ${why}; the next begins at ${retryAt}`;
      const change = { step: `retry-r${attempt + 1}`, progress: status.progress, message, work: { retryAt } };
      return { do: 'record', status: advance(status, change, now) };
    },
    decideNext(situation, leftover) {
      const { operation, now } = situation;
      const status = statusOf(operation);
      if (leftover?.do === 'record') return leftover;
      if (operation.spec.cancelRequested === true) {
        return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
      }
      if (leftover?.do === 'look') return leftover;
      // Before anything is deleted: where every deletion fails, the whole must end all the same.
      const late = limits.decideLateStart(situation, status.message);
      if (late !== undefined) return late;
      if (leftover !== undefined) return leftover;
      const { retryAt } = status.work ?? {};
      if (retryAt !== undefined && now.getTime() < Date.parse(retryAt)) return { do: 'wait' };
      const next = attemptOf(operation) + 1;
      return beginAttempt(situation, next, `attempt ${next} begins`);
    },
  };
}
