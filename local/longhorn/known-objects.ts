/** The objects as the watches last reported them, for questions about many objects. Before an object is changed, it is read anew. */
import {
  type PersistentVolume,
  persistentVolumeClaims,
  persistentVolumes,
} from '@soteria/shared/kubernetes/core-types.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { backupTargets, backupVolumes, backups, snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type {
  BackupResource,
  BackupTargetResource,
  BackupVolumeResource,
  SnapshotResource,
  VolumeResource,
} from '@soteria/shared/longhorn/wire.ts';
import { setTimeout as pause } from 'node:timers/promises';

export interface Known {
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly persistentVolumes: ReadonlyMap<string, PersistentVolume>;
  readonly volumes: ReadonlyMap<string, VolumeResource>;
  readonly snapshots: ReadonlyMap<string, SnapshotResource>;
  readonly backups: ReadonlyMap<string, BackupResource>;
  readonly backupVolumes: ReadonlyMap<string, BackupVolumeResource>;
  readonly backupTargets: ReadonlyMap<string, BackupTargetResource>;
}

export interface FollowOptions {
  readonly client: WatchingClient;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Called after `known` has been brought up to date. */
  readonly onChange: (object: KubernetesObject) => void;
  readonly onBroken: (kind: string, thrown: unknown) => void;
}

const pauseAfterFailureMs = 500;

/** Resolves when every kind has been listed once; continues until the signal aborts. */
export async function followObjects(options: FollowOptions): Promise<Known> {
  const { namespace } = options;
  const known = {
    claims: new Map<string, PersistentVolumeClaim>(),
    persistentVolumes: new Map<string, PersistentVolume>(),
    volumes: new Map<string, VolumeResource>(),
    snapshots: new Map<string, SnapshotResource>(),
    backups: new Map<string, BackupResource>(),
    backupVolumes: new Map<string, BackupVolumeResource>(),
    backupTargets: new Map<string, BackupTargetResource>(),
  };
  await Promise.all([
    follow(options, persistentVolumeClaims, undefined, known.claims),
    follow(options, persistentVolumes, undefined, known.persistentVolumes),
    follow(options, volumes, namespace, known.volumes),
    follow(options, snapshots, namespace, known.snapshots),
    follow(options, backups, namespace, known.backups),
    follow(options, backupVolumes, namespace, known.backupVolumes),
    follow(options, backupTargets, namespace, known.backupTargets),
  ]);
  return known;
}

function follow<T extends KubernetesObject>(
  { client, signal, onChange, onBroken }: FollowOptions,
  type: ResourceType<T>,
  namespace: string | undefined,
  known: Map<string, T>,
): Promise<void> {
  async function watchOnce(onListed: () => void): Promise<void> {
    for await (const event of client.watch(type, { namespace }, { signal })) {
      if (event.type === 'resync') {
        const gone = [...known.values()];
        known.clear();
        for (const object of event.objects) known.set(keyOf(object), object);
        for (const object of [...gone, ...event.objects]) onChange(object);
        onListed();
      } else {
        if (event.type === 'deleted') known.delete(keyOf(event.object));
        else known.set(keyOf(event.object), event.object);
        onChange(event.object);
      }
    }
  }
  return new Promise((resolve) => {
    async function watchForEver(): Promise<void> {
      while (!signal.aborted) {
        try {
          await watchOnce(resolve);
        } catch (error) {
          if (signal.aborted) break;
          onBroken(type.kind, error);
          await pause(pauseAfterFailureMs, undefined, { signal }).catch(() => {});
        }
      }
      resolve();
    }
    void watchForEver();
  });
}

/** `namespace/name`, or the name alone for an object without a namespace. */
export function keyOf({ metadata: { name, namespace } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
