import { rm } from 'node:fs/promises';
import { snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { SnapshotResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { decideSnapshot, placeInChain } from './decide-snapshot.ts';
import { readSnapshotRecord, takeSnapshot } from './take-snapshot.ts';
import { snapshotsOfVolume } from './volume-relations.ts';
import { type World, ensureMetadata, instantOf, isDeleting, removeFinalizer, patchStatus } from './world.ts';

export async function reconcileSnapshot(world: World, name: string): Promise<number | undefined> {
  const at = { name, namespace: world.namespace };
  const snapshot = await world.client.get(snapshots, at, world);
  if (snapshot === undefined) return undefined;
  const volumeName = snapshot.spec.volume;
  const volume = await world.client.get(volumes, { name: volumeName, namespace: world.namespace }, world);
  if (!isDeleting(snapshot)) await ensureMetadata(world, snapshots, snapshot, { longhornvolume: volumeName });
  const place = placeOf(world, snapshot);
  const action = decideSnapshot({
    isDeleting: isDeleting(snapshot),
    isReady: snapshot.status?.readyToUse === true,
    isMarkedRemoved: snapshot.status?.markRemoved === true,
    error: snapshot.status?.error ?? '',
    mustBeTaken: snapshot.spec.createSnapshot === true,
    volumeName,
    volumeState: volume === undefined || isDeleting(volume) ? undefined : (volume.status?.state ?? ''),
    hasInstant: (snapshot.status?.creationTime ?? '') !== '',
    isTaken: (await readSnapshotRecord(world.folders.snapshot(volumeName, name))) !== undefined,
    isNewest: place.children['volume-head'] === true,
    faults: world.faults,
  });
  switch (action.type) {
    case 'take':
      if (volume !== undefined) await take(world, snapshot, volume);
      return undefined;
    case 'wait':
      await patchStatus(world, snapshots, snapshot, { readyToUse: false, error: action.message });
      return undefined;
    case 'lose': {
      const creationTime = snapshot.status?.creationTime ?? instantOf(world.now());
      await patchStatus(world, snapshots, snapshot, { readyToUse: false, error: action.message, creationTime });
      return undefined;
    }
    case 'markRemoved':
      await patchStatus(world, snapshots, snapshot, { readyToUse: false, markRemoved: true });
      return undefined;
    case 'vanish':
      await world.client.delete(snapshots, at, { uid: snapshot.metadata.uid, signal: world.signal });
      return undefined;
    case 'remove':
      await rm(world.folders.snapshot(volumeName, name), { recursive: true, force: true });
      await removeFinalizer(world, snapshots, snapshot);
      return undefined;
    case 'nothing':
      await keepPlace(world, snapshot, place);
      break;
  }
  return undefined;
}

async function take(world: World, snapshot: SnapshotResource, volume: VolumeResource): Promise<void> {
  const { name } = snapshot.metadata;
  const { folders } = world;
  const source = folders.volume(volume.metadata.name);
  const { createdAt, sizeBytes } = await takeSnapshot(
    source,
    folders.snapshot(volume.metadata.name, name),
    instantOf(world.now()),
  );
  const taken = takenOf(world, volume.metadata.name).filter((link) => link.name !== name);
  await patchStatus(world, snapshots, snapshot, {
    ownerID: world.nodeName,
    readyToUse: true,
    error: '',
    userCreated: true,
    markRemoved: false,
    creationTime: createdAt,
    size: sizeBytes,
    restoreSize: Number(volume.spec.size ?? 0),
    labels: snapshot.spec.labels ?? null,
    ...placeInChain(name, [...taken, { name, createdAt }]),
  });
  await patchStatus(world, volumes, volume, { actualSize: sizeBytes });
}

function takenOf(world: World, volume: string) {
  return snapshotsOfVolume(world.known, volume).flatMap(({ metadata, status }) =>
    (status?.creationTime ?? '') === '' ? [] : [{ name: metadata.name, createdAt: status?.creationTime ?? '' }],
  );
}

function placeOf(world: World, { metadata, spec }: SnapshotResource) {
  return placeInChain(metadata.name, takenOf(world, spec.volume));
}

/** Another snapshot came or went: the place in the chain has changed. */
async function keepPlace(
  world: World,
  snapshot: SnapshotResource,
  { parent, children }: ReturnType<typeof placeInChain>,
): Promise<void> {
  const { status } = snapshot;
  if ((status?.creationTime ?? '') === '') return;
  const before = Object.keys(status?.children ?? {});
  const [child = ''] = Object.keys(children);
  if (status?.parent === parent && before.length === 1 && before[0] === child) return;
  const gone = Object.fromEntries(before.map((name) => [name, null]));
  await patchStatus(world, snapshots, snapshot, { parent, children: { ...gone, ...children } });
}
