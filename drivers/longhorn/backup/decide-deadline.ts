/** Nothing hangs without a deadline: Longhorn has none of its own for a whole backup (longhorn.md 2.1). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

/** Since anything moved. */
export function stillForMs({ operation, now }: Situation): number {
  return now.getTime() - Date.parse(statusOf(operation).movedAt ?? operation.metadata.creationTimestamp);
}

function runningForMs({ operation, now }: Situation): number {
  return now.getTime() - Date.parse(statusOf(operation).startedAt ?? operation.metadata.creationTimestamp);
}

function fail({ operation, now }: Situation, why: string): Action {
  const late = new SoteriaError('deadline_exceeded', {
    what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} was not backed up`,
    why,
    fix: 'look at the volume and its instance manager in Longhorn; then ask again, or raise SOTERIA_BACKUP_STALL_SECONDS or SOTERIA_BACKUP_DEADLINE_SECONDS',
  });
  return { do: 'record', status: refuse(statusOf(operation), 'Failed', late, now) };
}

/** For what Longhorn is at work on. */
export function decideDeadline(situation: Situation, waitingFor: string): Action | undefined {
  const { stallMs } = situation.rules;
  const stillFor = stillForMs(situation);
  if (stillFor < stallMs) return decideLateStart(situation, waitingFor);
  return fail(situation, `nothing moved for ${minutes(stillFor)} (limit ${minutes(stallMs)}): ${waitingFor}`);
}

/** For what is ours to make: that nothing moved means only that nobody woke us, unless it goes on for far too long. */
export function decideLateStart(situation: Situation, waitingFor: string): Action | undefined {
  const { deadlineMs } = situation.rules;
  const runningFor = runningForMs(situation);
  if (runningFor < deadlineMs) return undefined;
  return fail(
    situation,
    `it has been running for ${minutes(runningFor)} (limit ${minutes(deadlineMs)}): ${waitingFor}`,
  );
}
