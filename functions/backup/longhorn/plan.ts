/** What a backup would do: resolved for real, dry-run against the API server and Longhorn's webhook, nothing made. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { nameOfAttempt } from './about-operation.ts';
import { backupDraftOf } from './backup-draft.ts';
import { marksOf } from './about-operation.ts';
import { lookAt } from './look-at.ts';
import type { Lookers } from './tools.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { namespaceMissing } from '../ask.ts';
import { blockersOf, nextLooks } from './why-not-backable.ts';
import type { Rules, World } from './world.ts';

/** Follows claim → persistent volume → volume → target as far as it goes. */
export async function lookAlong(tools: Lookers, operation: Operation, signal?: AbortSignal): Promise<World> {
  let world: World = {};
  for (let places = nextLooks(world); places.length > 0; places = nextLooks(world)) {
    world = await lookAt(tools, { operation, world }, places, signal);
  }
  return world;
}

/** All that a backup which begins at once is going to look at. */
export async function lookAhead(tools: Lookers, operation: Operation, signal?: AbortSignal): Promise<World> {
  const [world, paused] = await Promise.all([
    lookAlong(tools, operation, signal),
    lookAt(tools, { operation, world: {} }, 'paused', signal),
  ]);
  return { ...world, ...paused };
}

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

async function dryRun(
  tools: Lookers,
  operation: Operation,
  world: World,
  rules: Rules,
  signal?: AbortSignal,
): Promise<SoteriaError[]> {
  const volume = world.volume?.seen;
  if (volume === undefined) return [];
  const name = nameOfAttempt(operation, 1);
  const known = await lookAt(tools, { operation, world }, 'identity', signal);
  const draft = backupDraftOf(
    operation,
    { attempt: 1, volume: volume.name, snapshot: name, backup: name },
    known,
    rules,
  );
  if (draft instanceof SoteriaError) return [draft];
  const dry = { isDryRun: true };
  const { snapshots, backups } = tools.longhorn;
  const refusals = [
    await refusalOf(() => snapshots.create({ name, volume: volume.name, marks: marksOf(operation) }, dry, signal)),
    // The snapshot does not exist yet: an empty name passes Longhorn's webhook, a missing snapshot does not.
    await refusalOf(() => backups.create({ ...draft, snapshotName: '' }, dry, signal)),
  ];
  return refusals.filter((one) => one !== undefined);
}

/** What was seen, and everything that stands against the backup, in the order in which the request meets it. */
export async function planBackup(
  tools: Lookers,
  rules: Rules,
  operation: Operation,
  signal?: AbortSignal,
): Promise<{ readonly world: World; readonly blockers: readonly SoteriaError[] }> {
  const ref = claimRefOf(operation);
  const world = await lookAlong(tools, operation, signal);
  const blockers = blockersOf(ref, world);
  const missing = (cause: SoteriaError) => namespaceMissing(ref.namespace, ref.pvc, cause);
  const unrecorded = await whyNotRecorded(tools.store, operation, missing, signal);
  if (unrecorded !== undefined) blockers.push(unrecorded);
  if (blockers.length === 0) blockers.push(...(await dryRun(tools, operation, world, rules, signal)));
  return { world, blockers };
}
