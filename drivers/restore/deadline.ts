/** A restore reports what it waits for, and no wait is for ever: Longhorn, for example, never gives up a restore that finds no place (longhorn.md 3.3). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { notRestored } from './about-operation.ts';
import type { WaitStep } from './action.ts';
import type { Situation } from './situation.ts';
import type { Rules } from './world.ts';

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

interface Waiting extends Pick<Situation, 'operation' | 'now'> {
  readonly rules: Pick<Rules, 'stallMs' | 'deadlineMs'>;
}

/** The status that says what is waited for, unchanged where it says so already; the wait that has lasted too long ends. */
export function waitedFor({ operation, rules, now }: Waiting, what: string): OperationStatus {
  const status = statusOf(operation);
  const stillFor = now.getTime() - Date.parse(status.movedAt ?? operation.metadata.creationTimestamp);
  const runningFor = now.getTime() - Date.parse(status.startedAt ?? operation.metadata.creationTimestamp);
  const why =
    stillFor >= rules.stallMs
      ? `nothing moved for ${minutes(stillFor)} (limit ${minutes(rules.stallMs)}): ${what}`
      : runningFor >= rules.deadlineMs
        ? `it has been running for ${minutes(runningFor)} (limit ${minutes(rules.deadlineMs)}): ${what}`
        : undefined;
  if (why !== undefined) {
    const late = new SoteriaError('deadline_exceeded', {
      what: notRestored(operation),
      why,
      fix: 'remove the cause, then ask again; or raise SOTERIA_RESTORE_STALL_SECONDS or SOTERIA_RESTORE_DEADLINE_SECONDS',
    });
    return refuse(status, 'Failed', late, now);
  }
  const next = waiting(status, what);
  return next.message === status.message ? status : next;
}

export function waitFor(situation: Situation, what: string): WaitStep {
  const status = statusOf(situation.operation);
  const next = waitedFor({ ...situation, operation: { ...situation.operation, status } }, what);
  return next === status ? { do: 'wait' } : { do: 'record', status: next };
}

/** As `waitFor` where something moves that is no step: written down now and then only, because every time is a write to the API server. */
export function waitMoving(situation: Situation, what: string, work: Partial<OperationWork> = {}): WaitStep {
  const { operation, rules, now } = situation;
  const status = statusOf(operation);
  const sinceMoved = now.getTime() - Date.parse(status.movedAt ?? operation.metadata.creationTimestamp);
  if (sinceMoved < rules.stallMs / 4) return waitFor(situation, what);
  const moved = { ...status, movedAt: now.toISOString(), work: { attempt: 1, ...status.work, ...work } };
  const action = waitFor({ ...situation, operation: { ...operation, status: moved } }, what);
  return action.do === 'wait' ? { do: 'record', status: moved } : action;
}
