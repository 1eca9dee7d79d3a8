/** What the sweep does about each Operation. Pure. */
import { isTerminal, operationKinds } from '@soteria/shared/operation/schema.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';

/** Asked-for operations are kept for a day after they ended; the log keeps them for good. */
const memoryMs = 24 * 60 * 60 * 1_000;

export type SweepAction = 'wake' | 'purge' | 'leave';

export function decideSweep({ spec, status }: Operation, now: Date): SweepAction {
  const known: Readonly<Record<string, unknown>> = operationKinds;
  if (known[spec.kind] === undefined) return 'leave';
  if (!isTerminal(status?.phase) || status?.settled !== true) return 'wake';
  const endedAt = Date.parse(status.finishedAt ?? '');
  return now.getTime() - endedAt > memoryMs ? 'purge' : 'leave';
}
