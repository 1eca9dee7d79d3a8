/** A first attempt, dry-run against the API server and Longhorn's webhook. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { marksOf } from '../../backup/about-operation.ts';
import { backupDraftOf } from './backup-draft.ts';
import { nameOfAttempt } from './names-of-attempt.ts';
import type { Situation } from './situation.ts';
import type { Tools } from './tools.ts';

/** A refusal becomes a blocker; anything transient is thrown: a plan that could not be made says so. */
async function refusalOf(attempt: () => Promise<unknown>): Promise<SoteriaError | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof SoteriaError && !error.isRetryable) return error;
    throw error;
  }
}

export async function whyRefused(
  { longhorn: { snapshots, backups } }: Pick<Tools, 'longhorn'>,
  { operation, world, rules }: Omit<Situation, 'now'>,
  signal?: AbortSignal,
): Promise<SoteriaError[]> {
  const volume = world.volume?.seen?.name;
  if (volume === undefined) return [];
  const name = nameOfAttempt(operation, 1);
  const draft = backupDraftOf(operation, { attempt: 1, volume, snapshot: name, backup: name }, world, rules);
  if (draft instanceof SoteriaError) return [draft];
  const dry = { isDryRun: true };
  const refusals = [
    await refusalOf(() => snapshots.create({ name, volume, marks: marksOf(operation) }, dry, signal)),
    // The snapshot does not exist yet: an empty name passes Longhorn's webhook, a missing snapshot does not.
    await refusalOf(() => backups.create({ ...draft, snapshotName: '' }, dry, signal)),
  ];
  return refusals.filter((one) => one !== undefined);
}
