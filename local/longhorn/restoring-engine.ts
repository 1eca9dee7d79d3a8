/** The Engine of a volume that is being restored: it reports the progress of every replica. */
import { engines, longhornGroup, longhornVersion } from '@soteria/shared/longhorn/resource-types.ts';
import type { EngineResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { type World, finalizer, removeFinalizer, patchStatus } from './world.ts';

export function engineName(volume: string): string {
  return `${volume}-e-0`;
}

export interface RestoringFrom {
  readonly backup: string;
  readonly volume: string;
}

/** An existing engine belongs to this very restore: it has the volume's name. */
export async function ensureEngine(world: World, volume: VolumeResource, from: RestoringFrom): Promise<EngineResource> {
  const { name } = volume.metadata;
  const at = { name: engineName(name), namespace: world.namespace };
  const found = await world.client.get(engines, at, world);
  if (found !== undefined) return found;
  return world.client.create(
    engines,
    {
      apiVersion: `${longhornGroup}/${longhornVersion}`,
      kind: engines.kind,
      metadata: {
        ...at,
        finalizers: [finalizer],
        labels: { longhornvolume: name, longhornnode: world.nodeName },
      },
      spec: {
        volumeName: name,
        volumeSize: String(volume.spec.size ?? '0'),
        nodeID: world.nodeName,
        dataEngine: 'v1',
        frontend: 'blockdev',
        disableFrontend: true,
        desireState: 'running',
        active: true,
        backupVolume: from.volume,
        requestedBackupRestore: from.backup,
      },
    },
    world,
  );
}

export interface RestoreTold {
  readonly state: 'in_progress' | 'complete' | 'error';
  /** 0 to 100. */
  readonly progress: number;
  readonly error?: string;
}

/** Replicas are not equally fast: the slowest has the progress in `told`, the others are ahead. */
export async function reportProgress(
  world: World,
  volume: VolumeResource,
  from: RestoringFrom,
  told: RestoreTold,
): Promise<void> {
  const engine = await ensureEngine(world, volume, from);
  const { state, progress } = told;
  const replicas = Math.max(1, volume.spec.numberOfReplicas ?? 1);
  const replica = (behind: number) => ({
    isRestoring: state === 'in_progress',
    currentRestoringBackup: from.backup,
    lastRestored: state === 'complete' ? from.backup : '',
    progress: Math.min(state === 'in_progress' ? 99 : 100, progress + 2 * (replicas - behind)),
    state,
    error: told.error ?? '',
    filename: `volume-snap-${from.backup}.img`,
    backupURL: volume.spec.fromBackup ?? '',
  });
  const restoreStatus = Object.fromEntries(
    Array.from({ length: replicas }, (_none, at) => [`tcp://10.42.${at + 1}.17:10010`, replica(at + 1)]),
  );
  await patchStatus(world, engines, engine, {
    ownerID: world.nodeName,
    currentState: 'running',
    currentSize: String(volume.spec.size ?? '0'),
    lastRestoredBackup: state === 'complete' ? from.backup : '',
    restoreStatus,
  });
}

export async function removeEngine(world: World, volume: string): Promise<void> {
  const at = { name: engineName(volume), namespace: world.namespace };
  const engine = await world.client.get(engines, at, world);
  if (engine === undefined) return;
  await removeFinalizer(world, engines, engine);
  await world.client.delete(engines, at, world);
}
