/**
 * Pure changes of an Operation's status. Invariants:
 *  1. The phase only moves Pending → Running → terminal; a terminal phase never changes again.
 *  2. Progress never goes down.
 *  3. A step is opened once; opening the next closes it.
 *  4. `startedAt` is set when the phase becomes Running, and only then: an operation that ended before it ran has none.
 */
import type { SoteriaError } from '../../errors.ts';
import type { Condition, Operation, OperationResult, OperationStatus, Phase, Step } from './schema.ts';
import { isTerminal } from './schema.ts';

const maxText = 1024;
const maxSteps = 40;

/** Cut to what the record holds. */
export function shorten(text: string, max = maxText): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** Kept in memory until the next record: a crash before it sends the fact twice, never not at all. */
export function withAnnounced(operation: Operation, fact: string): Operation {
  const status = statusOf(operation);
  return { ...operation, status: { ...status, announced: [...(status.announced ?? []), fact] } };
}

function instantOf(now: Date): string {
  return now.toISOString();
}

export function statusOf(operation: Operation): OperationStatus {
  return operation.status ?? { phase: 'Pending', progress: 0, message: 'waiting to be looked at', steps: [] };
}

function moved(status: OperationStatus, now: Date, change: Partial<OperationStatus>): OperationStatus {
  if (isTerminal(status.phase)) return status;
  return { ...status, ...change, movedAt: instantOf(now) };
}

export function waiting(status: OperationStatus, message: string): OperationStatus {
  return isTerminal(status.phase) ? status : { ...status, message: shorten(message) };
}

/** Ends the running step and opens the named one; a step already open stays as it is. */
export function openStep(status: OperationStatus, name: string, now: Date): OperationStatus {
  const last = status.steps.at(-1);
  if (last?.name === name && last.state === 'running') return status;
  const steps: Step[] = closeSteps(status.steps, 'done', now);
  steps.push({ name, state: 'running', startedAt: instantOf(now) });
  return { ...status, steps: steps.slice(-maxSteps) };
}

function closeSteps(steps: readonly Step[], state: 'done' | 'failed', now: Date): Step[] {
  return steps.map((step) => (step.state === 'running' ? { ...step, state, finishedAt: instantOf(now) } : step));
}

export interface Advance {
  readonly step: string;
  readonly progress: number;
  readonly message: string;
  readonly work?: Partial<NonNullable<OperationStatus['work']>>;
}

/** Running, at this step. */
export function advance(status: OperationStatus, change: Advance, now: Date): OperationStatus {
  if (isTerminal(status.phase)) return status;
  const opened = openStep(status, change.step, now);
  return moved(opened, now, {
    phase: 'Running',
    progress: Math.max(status.progress, Math.min(99, Math.floor(change.progress))),
    message: shorten(change.message),
    startedAt: status.startedAt ?? instantOf(now),
    work: { attempt: 1, ...status.work, ...change.work },
  });
}

function flagOf({ type, isTrue, reason, message }: Flag, now: Date): Condition {
  return {
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    message: shorten(message),
    lastTransitionTime: instantOf(now),
  };
}

interface Ending {
  readonly phase: Exclude<Phase, 'Pending' | 'Running'>;
  readonly reason: string;
  readonly message: string;
  readonly stepState: 'done' | 'failed';
  readonly extra: Partial<OperationStatus>;
}

function end(status: OperationStatus, ending: Ending, now: Date): OperationStatus {
  if (isTerminal(status.phase)) return status;
  const at = instantOf(now);
  const isSuccess = ending.phase === 'Succeeded';
  const message = shorten(ending.message);
  const flag = (type: string, isTrue: boolean) => flagOf({ type, isTrue, reason: ending.reason, message }, now);
  return {
    ...status,
    ...ending.extra,
    phase: ending.phase,
    progress: isSuccess ? 100 : status.progress,
    message,
    steps: closeSteps(status.steps, ending.stepState, now),
    finishedAt: at,
    movedAt: at,
    conditions: [flag('Complete', true), flag('Succeeded', isSuccess)],
  };
}

export function succeed(status: OperationStatus, result: OperationResult, message: string, now: Date): OperationStatus {
  return end(status, { phase: 'Succeeded', reason: 'Succeeded', message, stepState: 'done', extra: { result } }, now);
}

/** Failed, or Skipped when nothing was attempted. */
export function refuse(
  status: OperationStatus,
  phase: 'Failed' | 'Skipped' | 'Cancelled',
  error: Pick<SoteriaError, 'code' | 'explanation'>,
  now: Date,
): OperationStatus {
  const { what, why, fix } = error.explanation;
  const record = { code: error.code, what: shorten(what), why: shorten(why), fix: shorten(fix) };
  return end(
    status,
    { phase, reason: error.code, message: `${what}: ${why}`, stepState: 'failed', extra: { error: record } },
    now,
  );
}

export interface Flag {
  readonly type: string;
  readonly isTrue: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Beside those of an end. */
export function withCondition(
  status: OperationStatus,
  { type, isTrue, reason, message }: Flag,
  now: Date,
): OperationStatus {
  const others = (status.conditions ?? []).filter((one) => one.type !== type);
  return { ...status, conditions: [...others, flagOf({ type, isTrue, reason, message }, now)] };
}
