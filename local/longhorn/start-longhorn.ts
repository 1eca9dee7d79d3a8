/**
 * A Longhorn made of folders: an ordinary API client that watches, decides and writes statuses as Longhorn does (longhorn.md 1, 2, 5,
 * 6). All of its state is in the objects and in the data folder, so a restart continues where a kill has interrupted it.
 */
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { type LonghornAdmission, createAdmission } from './admission.ts';
import { type FaultSwitches, createFaultBoard } from './faults.ts';
import { foldersIn } from './folders.ts';
import { type Known, followObjects } from './known-objects.ts';
import { type Pace, defaultPace } from './pace.ts';
import { reconcileBackup } from './reconcile-backup.ts';
import { reconcileBackupVolume } from './reconcile-backup-volume.ts';
import { reconcileClaim } from './reconcile-claim.ts';
import { reconcilePersistentVolume } from './reconcile-persistent-volume.ts';
import { reconcileSnapshot } from './reconcile-snapshot.ts';
import { reconcileTarget } from './reconcile-target.ts';
import { reconcileVolume } from './reconcile-volume.ts';
import { dropObject } from './sync-target.ts';
import { queueKey, affectedKeys } from './affected-objects.ts';
import { noRestore } from './store/restore.ts';
import { noUpload } from './store/upload.ts';
import { createTransfers } from './transfers.ts';
import { type NextLook, createWorkQueue } from './work-queue.ts';
import type { World } from './world.ts';

export interface LonghornOptions {
  readonly client: WatchingClient;
  readonly dataDir: string;
  readonly log: Log;
  /** Default `longhorn-system`; the namespace and the kinds must exist (see `seed.ts`, `crds.ts`). */
  readonly namespace?: string;
  readonly now?: () => Date;
  readonly pace?: Partial<Pace>;
  /** Default true: new volumes are attached, as if a pod used them. */
  readonly attachNewVolumes?: boolean;
  /** Default `longhorn`. */
  readonly storageClasses?: readonly string[];
}

export interface LocalLonghorn {
  readonly faults: FaultSwitches;
  readonly admission: LonghornAdmission;
  stop(): Promise<void>;
}

/** Resolves when every object has been listed and work has begun. */
export async function startLonghorn(options: LonghornOptions): Promise<LocalLonghorn> {
  const { client, log, namespace = 'longhorn-system', now = () => new Date() } = options;
  const stopping = new AbortController();
  const heldBack = new Set<string>();
  const urgentSyncs = new Set<string>();
  let known: Known | undefined;
  const board = createFaultBoard(lookAtEverything);
  const queue = createWorkQueue({
    look: (key) => reconcile(key),
    onError(key, thrown, failures) {
      // A conflict means that another client wrote first: another look is enough.
      if (!stopping.signal.aborted && failures > 2) log.error('longhorn_look_failed', thrown, { key, failures });
    },
  });

  function lookAtEverything(): void {
    if (known === undefined) return;
    const { claims, persistentVolumes, volumes, snapshots, backups, backupVolumes, backupTargets } = known;
    const kinds: readonly ReadonlyMap<string, KubernetesObject>[] = [
      claims,
      persistentVolumes,
      volumes,
      snapshots,
      backups,
      backupVolumes,
      backupTargets,
    ];
    for (const objects of kinds) for (const object of objects.values()) queue.add(queueKey(object));
  }

  async function reconcile(key: string): Promise<NextLook> {
    const [kind = '', ...path] = key.split('/');
    const name = path.at(-1) ?? '';
    switch (kind) {
      case 'PersistentVolumeClaim':
        return reconcileClaim(world, path[0] ?? '', name);
      case 'PersistentVolume':
        return reconcilePersistentVolume(world, name);
      case 'Volume':
        return reconcileVolume(world, name);
      case 'Snapshot':
        return reconcileSnapshot(world, name);
      case 'Backup':
        return reconcileBackup(world, name);
      case 'BackupVolume':
        return reconcileBackupVolume(world, name);
      case 'BackupTarget':
        return reconcileTarget(world, name);
      default:
        return undefined;
    }
  }

  const early: KubernetesObject[] = [];
  known = await followObjects({
    client,
    namespace,
    signal: stopping.signal,
    onChange(object) {
      if (known === undefined) early.push(object);
      else for (const key of affectedKeys(object, known)) queue.add(key);
    },
    onBroken: (kind, thrown) => log.error('longhorn_watch_broken', thrown, { kind }),
  });
  const world: World = {
    client,
    namespace,
    folders: foldersIn(options.dataDir),
    faults: board.present,
    pace: { ...defaultPace, ...options.pace },
    known,
    uploads: createTransfers(noUpload),
    restores: createTransfers(noRestore),
    heldBack,
    urgentSyncs,
    lostSince: new Map(),
    storageClasses: options.storageClasses ?? ['longhorn'],
    attachNewVolumes: options.attachNewVolumes ?? true,
    nodeName: 'local',
    log,
    signal: stopping.signal,
    now,
  };
  for (const object of early) queue.add(queueKey(object));
  queue.start();

  return {
    faults: {
      ...board,
      async vanishBackup(name) {
        heldBack.add(name);
        await dropObject(world, name);
      },
      repullWithoutLabels(name) {
        heldBack.delete(name);
        for (const target of world.known.backupTargets.values()) {
          urgentSyncs.add(target.metadata.name);
          queue.add(queueKey(target));
        }
      },
    },
    admission: createAdmission(namespace, board.present),
    async stop() {
      stopping.abort();
      await queue.stop();
      await world.uploads.dropAll();
      await world.restores.dropAll();
    },
  };
}
