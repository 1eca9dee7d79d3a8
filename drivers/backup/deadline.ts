/** No backup hangs for ever, whatever moves the bytes: an end when nothing moves, and an end of the whole. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { notBackedUp } from './about-operation.ts';
import type { RecordStep } from './action.ts';
import type { Situation } from './situation.ts';

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

/** Since anything moved. */
export function stillForMs({ operation, now }: Situation): number {
  return now.getTime() - Date.parse(statusOf(operation).movedAt ?? operation.metadata.creationTimestamp);
}

function runningForMs({ operation, now }: Situation): number {
  return now.getTime() - Date.parse(statusOf(operation).startedAt ?? operation.metadata.creationTimestamp);
}

export interface Limits {
  /** For what the driver's system is at work on: Failed when nothing moved for too long, or when the whole takes too long. */
  readonly decideDeadline: (situation: Situation, waitingFor: string) => RecordStep | undefined;
  /** For what is ours to make: that nothing moved means only that nobody woke us, unless it goes on for far too long. */
  readonly decideLateStart: (situation: Situation, waitingFor: string) => RecordStep | undefined;
  /** That nothing moved for `limitMs`, for an attempt that is given up; undefined: not yet. */
  readonly whyStuck: (situation: Situation, limitMs: number, waitingFor: string) => SoteriaError | undefined;
}

/** `lookAt`: where a person finds out why nothing moves, for example "look at the volume". */
export function limitsOf(lookAt: string): Limits {
  const lateBecause = ({ operation }: Situation, why: string, settings: string) =>
    new SoteriaError('deadline_exceeded', {
      what: notBackedUp(operation),
      why,
      fix: `${lookAt}; then ask again, or raise ${settings}`,
    });

  const whyStuck: Limits['whyStuck'] = (situation, limitMs, waitingFor) => {
    const stillFor = stillForMs(situation);
    if (stillFor < limitMs) return undefined;
    const why = `nothing moved for ${minutes(stillFor)} (limit ${minutes(limitMs)}): ${waitingFor}`;
    return lateBecause(situation, why, 'SOTERIA_BACKUP_STALL_SECONDS');
  };

  const fail = ({ operation, now }: Situation, late: SoteriaError): RecordStep => ({
    do: 'record',
    status: refuse(statusOf(operation), 'Failed', late, now),
  });

  const decideLateStart: Limits['decideLateStart'] = (situation, waitingFor) => {
    const { deadlineMs } = situation.rules;
    const runningFor = runningForMs(situation);
    if (runningFor < deadlineMs) return undefined;
    const why = `it has been running for ${minutes(runningFor)} (limit ${minutes(deadlineMs)}): ${waitingFor}`;
    return fail(situation, lateBecause(situation, why, 'SOTERIA_BACKUP_DEADLINE_SECONDS'));
  };

  return {
    whyStuck,
    decideLateStart,
    decideDeadline(situation, waitingFor) {
      const stuck = whyStuck(situation, situation.rules.stallMs, waitingFor);
      return stuck === undefined ? decideLateStart(situation, waitingFor) : fail(situation, stuck);
    },
  };
}
