/** What a backup would do: resolved for real, dry-run against the cluster, nothing made. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import type { BackupWorld, Rules } from '../../../drivers/backup/world.ts';
import { namespaceMissing } from '../ask.ts';
import { lookAt } from './look-at.ts';
import type { Lookers } from './tools.ts';

/** Follows claim → persistent volume → volume → target as far as it goes. */
export async function lookAlong(
  driver: BackupDriver,
  operation: Operation,
  signal?: AbortSignal,
): Promise<BackupWorld> {
  let world: BackupWorld = {};
  for (let places = driver.nextLooks(world); places.length > 0; places = driver.nextLooks(world)) {
    world = await driver.look({ operation, world }, places, signal);
  }
  return world;
}

/** All that a backup which begins at once is going to look at. */
export async function lookAhead(
  tools: Lookers,
  driver: BackupDriver,
  operation: Operation,
  signal?: AbortSignal,
): Promise<BackupWorld> {
  const [world, paused] = await Promise.all([
    lookAlong(driver, operation, signal),
    lookAt(tools, driver, { operation, world: {} }, 'paused', signal),
  ]);
  return { ...world, ...paused };
}

/** What was seen, and everything that stands against the backup, in the order in which the request meets it. */
export async function planBackup(
  tools: Lookers & { readonly rules: Rules },
  driver: BackupDriver,
  operation: Operation,
  signal?: AbortSignal,
): Promise<{ readonly world: BackupWorld; readonly blockers: readonly SoteriaError[] }> {
  const ref = claimRefOf(operation);
  const { rules, store } = tools;
  const world = await lookAlong(driver, operation, signal);
  const blockers = driver.blockersOf(ref, world);
  const missing = (cause: SoteriaError) => namespaceMissing(ref.namespace, ref.pvc, cause);
  const unrecorded = await whyNotRecorded(store, operation, missing, signal);
  if (unrecorded !== undefined) blockers.push(unrecorded);
  if (blockers.length > 0) return { world, blockers };
  const known = await lookAt(tools, driver, { operation, world }, 'identity', signal);
  return { world, blockers: await driver.whyRefused({ operation, world: known, rules }, signal) };
}
