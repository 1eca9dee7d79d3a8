/** Performs one action of the driver with one call, and answers what is known after it. The decisions are in `decide-…`. */
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { Marks } from '@soteria/shared/longhorn/port.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import { createOrFind, deleteUnlessRefused, isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { OwnAction } from './action.ts';
import type { Tools } from './tools.ts';
import type { World } from './world.ts';

type Known = KnownOf<World>;

/** Makes, or finds out that it is refused for good; what was made or found is for the decision. */
async function tryToCreate(world: World, create: () => Promise<Partial<World>>): Promise<World> {
  try {
    return { ...world, ...(await create()) };
  } catch (error) {
    if (isFinalRefusal(error)) return { ...world, refusal: error };
    throw error;
  }
}

function withoutSnapshot(world: World, name: string): World {
  const rest = (world.snapshots?.seen ?? []).filter((one) => one.name !== name);
  return {
    ...world,
    ...(world.snapshots === undefined ? {} : { snapshots: { seen: rest } }),
    ...(world.snapshot?.seen?.name === name ? { snapshot: { seen: undefined } } : {}),
  };
}

async function deleteSnapshot(
  { snapshots }: Tools['longhorn'],
  world: World,
  { name, uid }: Extract<OwnAction, { do: 'delete-snapshot' }>,
  signal?: AbortSignal,
): Promise<World> {
  const refusal = await deleteUnlessRefused(() => snapshots.delete(name, uid, signal));
  if (refusal === undefined) return withoutSnapshot(world, name);
  return { ...world, kept: { ...world.kept, [name]: refusal.explanation.why } };
}

function withoutBackup(world: World, name: string): World {
  const rest = world.points?.seen?.filter((one) => one.name !== name);
  return {
    ...world,
    ...(rest === undefined ? {} : { points: { seen: rest } }),
    ...(world.backup?.seen?.name === name ? { backup: { seen: undefined } } : {}),
  };
}

function withoutWatch(marks: Marks): Marks {
  const { [watchLabel]: _watch, ...rest } = marks;
  return rest;
}

function unwatchedBackup(world: World, name: string): World {
  const bare = (one: Backup): Backup => (one.name === name ? { ...one, marks: withoutWatch(one.marks) } : one);
  const { points, backup } = world;
  return {
    ...world,
    ...(points === undefined ? {} : { points: { seen: points.seen?.map(bare) } }),
    ...(backup?.seen === undefined ? {} : { backup: { seen: bare(backup.seen) } }),
  };
}

function unwatchedSnapshot(world: World, name: string): World {
  const bare = (one: Snapshot): Snapshot => (one.name === name ? { ...one, marks: withoutWatch(one.marks) } : one);
  return world.snapshots === undefined ? world : { ...world, snapshots: { seen: world.snapshots.seen?.map(bare) } };
}

export async function perform(
  { longhorn }: Pick<Tools, 'longhorn'>,
  { operation, world }: Known,
  action: OwnAction,
  signal?: AbortSignal,
): Promise<Known> {
  switch (action.do) {
    case 'create-snapshot':
      return {
        operation,
        world: await tryToCreate(world, async () => ({
          snapshot: await createOrFind(
            () => longhorn.snapshots.create(action.draft, { isDryRun: false }, signal),
            () => longhorn.snapshots.get(action.draft.name, signal),
          ),
        })),
      };
    case 'create-backup':
      return {
        operation,
        world: await tryToCreate(world, async () => ({
          backup: await createOrFind(
            () => longhorn.backups.create(action.draft, { isDryRun: false }, signal),
            () => longhorn.backups.get(action.draft.name, signal),
          ),
        })),
      };
    case 'delete-snapshot':
      return { operation, world: await deleteSnapshot(longhorn, world, action, signal) };
    case 'delete-backup':
      await longhorn.backups.discard(action.seen, signal);
      return { operation, world: withoutBackup(world, action.name) };
    case 'unwatch-snapshot':
      await longhorn.snapshots.unwatch(action.name, signal);
      return { operation, world: unwatchedSnapshot(world, action.name) };
    case 'unwatch-backup':
      await longhorn.backups.unwatch(action.name, signal);
      return { operation, world: unwatchedBackup(world, action.name) };
  }
}

/** A new attempt has new names: what was seen of the old one does not answer for it. */
export function afterRecord({ operation, world }: Known, { work }: OperationStatus): World {
  const { work: before } = statusOf(operation);
  const { snapshot: _snapshot, backup: _backup, refusal: _refusal, ...rest } = world;
  if (work?.attempt !== before?.attempt) return rest;
  const isIntent = work?.backup !== undefined && work.backup !== before?.backup;
  return isIntent ? { ...world, intended: work.backup } : world;
}
