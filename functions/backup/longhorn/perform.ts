/** Does one action with one call, and answers what is now known. All judgement is in `decide.ts`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { Longhorn, Marks } from '@soteria/shared/longhorn/port.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/advance.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { watchLabel } from '@soteria/shared/operation/marks.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';
import { type Slots, slotHolderOf } from '@soteria/shared/operation/slots.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import type { Action, BackupFact } from './action.ts';
import type { ClusterReader } from '@soteria/shared/kubernetes/cluster-reader.ts';
import { claimRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { volumeHandleOf } from './why-not-backable.ts';
import type { Look, Place, World } from './world.ts';

export interface Tools {
  readonly store: OperationStore;
  readonly longhorn: Longhorn;
  readonly cluster: ClusterReader;
  readonly slots: Slots;
  /** Has the sweep come every two minutes from now on. */
  readonly keepAwake: (signal: AbortSignal | undefined) => Promise<void>;
  readonly announce: (operation: Operation, fact: BackupFact, signal: AbortSignal | undefined) => Promise<void>;
}

type Known = KnownOf<World>;

const finalRefusals: ReadonlySet<string> = new Set(['cluster_refused', 'cluster_forbidden', 'not_found']);

/** A refusal that will not change is something to decide about; all else ends this wake-up and is tried again at the next. */
function isFinalRefusal(thrown: unknown): thrown is SoteriaError {
  return thrown instanceof SoteriaError && finalRefusals.has(thrown.code);
}

/** Makes, or finds out that it is refused for good; what was made or found is for the decision. */
async function tryToCreate(world: World, create: () => Promise<Partial<World>>): Promise<World> {
  try {
    return { ...world, ...(await create()) };
  } catch (error) {
    if (isFinalRefusal(error)) return { ...world, refusal: error };
    throw error;
  }
}

/** Creates, or finds what has the name already: whose it is, is decided from its marks. */
async function createOrFind<T>(create: () => Promise<T>, find: () => Promise<T | undefined>): Promise<Look<T>> {
  try {
    return { seen: await create() };
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'name_conflict') return { seen: await find() };
    throw error;
  }
}

export async function lookAt(
  tools: Pick<Tools, 'store' | 'longhorn' | 'cluster' | 'slots'>,
  { operation, world }: Known,
  place: Place,
  signal?: AbortSignal,
): Promise<World> {
  const { namespace, pvc } = claimRefOf(operation);
  const { work } = statusOf(operation);
  const volumeName =
    work?.volume ??
    (world.persistentVolume?.seen === undefined ? undefined : volumeHandleOf(world.persistentVolume.seen)) ??
    '';
  const target = work?.backupTarget ?? world.volume?.seen?.backupTargetName ?? '';
  const { longhorn, cluster, store, slots } = tools;
  switch (place) {
    case 'claim':
      return { ...world, claim: { seen: await cluster.getClaim(namespace, pvc, signal) } };
    case 'persistentVolume': {
      const name = world.claim?.seen?.spec?.volumeName ?? '';
      return {
        ...world,
        persistentVolume: { seen: name === '' ? undefined : await cluster.getPersistentVolume(name, signal) },
      };
    }
    case 'volume':
      return { ...world, volume: { seen: await longhorn.getVolume(volumeName, signal) } };
    case 'target':
      return { ...world, target: { seen: await longhorn.getTarget(target, signal) } };
    case 'backupVolume':
      return { ...world, backupVolume: { seen: await longhorn.getBackupVolume(target, volumeName, signal) } };
    case 'snapshot':
      return { ...world, snapshot: { seen: await longhorn.snapshots.get(work?.snapshot ?? '', signal) } };
    case 'backup':
      return { ...world, backup: { seen: await longhorn.backups.get(work?.backup ?? '', signal) } };
    case 'peers':
      return { ...world, peers: { seen: await store.listOfClaim(namespace, pvc, signal) } };
    case 'points':
      return { ...world, points: { seen: await longhorn.backups.list({ volume: volumeName }, signal) } };
    case 'catalogue':
      return { ...world, catalogue: { seen: await longhorn.backups.list({}, signal) } };
    case 'snapshots':
      return { ...world, snapshots: { seen: await longhorn.snapshots.listOfVolume(volumeName, signal) } };
    case 'ownSlot': {
      const { uid } = operation.metadata;
      return { ...world, ownSlot: { seen: (await slots.entries(signal)).find((entry) => entry.uid === uid) } };
    }
    case 'paused':
      return { ...world, paused: { seen: await cluster.isPaused(signal) } };
    case 'identity':
      return { ...world, identity: { seen: await cluster.identity(signal) } };
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
  return world.points === undefined ? world : { ...world, points: { seen: world.points.seen?.map(bare) } };
}

function unwatchedSnapshot(world: World, name: string): World {
  const bare = (one: Snapshot): Snapshot => (one.name === name ? { ...one, marks: withoutWatch(one.marks) } : one);
  return world.snapshots === undefined ? world : { ...world, snapshots: { seen: world.snapshots.seen?.map(bare) } };
}

export async function perform(tools: Tools, known: Known, action: Action, signal?: AbortSignal): Promise<Known> {
  const { operation, world } = known;
  const { longhorn, store } = tools;
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAt(tools, known, action.at, signal) };
    case 'label':
      return { operation: await store.label(operation, signal), world };
    case 'record': {
      const recorded = await store.replaceStatus(operation, action.status, signal);
      // A new attempt has new names: what was seen of the old one does not answer for it.
      const { work: before } = statusOf(operation);
      const { work } = action.status;
      const { snapshot: _snapshot, backup: _backup, refusal: _refusal, ...rest } = world;
      if (work?.attempt !== before?.attempt) return { operation: recorded, world: rest };
      const isIntent = work?.backup !== undefined && work.backup !== before?.backup;
      return { operation: recorded, world: isIntent ? { ...world, intended: work.backup } : world };
    }
    case 'enter-slot': {
      const slot = await tools.slots.enter(slotHolderOf(operation, 'backup'), action.need, signal);
      // Who else there is is looked at once more: from here on nobody of this volume begins.
      const { peers: _peers, ...rest } = world;
      return { operation, world: slot.entered ? { ...rest, slot } : { ...world, slot } };
    }
    case 'leave-slot':
      await tools.slots.leave(operation.metadata.uid, signal);
      return { operation, world: { ...world, hasLeftSlot: true } };
    case 'keep-awake':
      await tools.keepAwake(signal);
      return { operation, world: { ...world, isKeptAwake: true } };
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
      await longhorn.snapshots.delete(action.name, action.uid, signal);
      return { operation, world: withoutSnapshot(world, action.name) };
    case 'delete-backup':
      await longhorn.backups.discard(action.seen, signal);
      return { operation, world: withoutBackup(world, action.name) };
    case 'unwatch-snapshot':
      await longhorn.snapshots.unwatch(action.name, signal);
      return { operation, world: unwatchedSnapshot(world, action.name) };
    case 'unwatch-backup':
      await longhorn.backups.unwatch(action.name, signal);
      return { operation, world: unwatchedBackup(world, action.name) };
    case 'announce': {
      await tools.announce(operation, action.fact, signal);
      // Kept in memory until the next record: a crash before it sends the fact twice, never not at all.
      const status = statusOf(operation);
      const announced = [...(status.announced ?? []), action.fact];
      return { operation: { ...operation, status: { ...status, announced } }, world };
    }
    case 'wait':
    case 'rest':
      return known;
  }
}
