/** Nothing hangs without a deadline: Longhorn has none of its own for a whole backup (longhorn.md 2.1). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { refuse, statusOf } from '@soteria/shared/operation/status.ts';
import type { Action } from './action.ts';
import type { Situation } from './decide.ts';

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

export function decideDeadline({ operation, rules, now }: Situation, waitingFor: string): Action | undefined {
  const status = statusOf(operation);
  const stillFor = now.getTime() - Date.parse(status.movedAt ?? operation.metadata.creationTimestamp);
  const runningFor = now.getTime() - Date.parse(status.startedAt ?? operation.metadata.creationTimestamp);
  const why =
    stillFor >= rules.stallMs
      ? `nothing moved for ${minutes(stillFor)} (limit ${minutes(rules.stallMs)}): ${waitingFor}`
      : runningFor >= rules.deadlineMs
        ? `it has been running for ${minutes(runningFor)} (limit ${minutes(rules.deadlineMs)}): ${waitingFor}`
        : undefined;
  if (why === undefined) return undefined;
  const late = new SoteriaError('deadline_exceeded', {
    what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} was not backed up`,
    why,
    fix: 'look at the volume and its instance manager in Longhorn; then ask again, or raise SOTERIA_BACKUP_STALL_SECONDS or SOTERIA_BACKUP_DEADLINE_SECONDS',
  });
  return { do: 'record', status: refuse(status, 'Failed', late, now) };
}
