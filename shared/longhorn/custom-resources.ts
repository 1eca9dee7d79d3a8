/** The Longhorn port over its custom resources. REST is not used: see longhorn.md 0.1. */
import { SoteriaError } from '../errors.ts';
import { type KubernetesClient, listAll } from '../kubernetes/client.ts';
import { apiVersionOf, type KubernetesObject, type ResourceType } from '../kubernetes/resource-type.ts';
import { watchLabel } from '../operation/record/marks.ts';
import {
  backupFromWire,
  backupTargetFromWire,
  backupVolumeFromWire,
  snapshotFromWire,
  volumeFromWire,
} from './from-wire.ts';
import type { Backup, BackupVolume } from './objects.ts';
import type { BackupPort, Longhorn, SnapshotPort } from './port.ts';
import { findBackup } from './restore-points.ts';
import {
  backupTargetLabel,
  backupTargets,
  backupVolumeLabel,
  backupVolumes,
  backups,
  snapshots,
  snapshotVolumeLabel,
  volumes,
} from './resource-types.ts';

export interface LonghornOptions {
  /** Where Longhorn's custom resources live, normally `longhorn-system`. */
  readonly namespace: string;
}

export function createLonghorn(client: KubernetesClient, { namespace }: LonghornOptions): Longhorn {
  const at = (name: string) => ({ name, namespace });

  /** Every page; a list that expires on the way is an error, never a shorter list. */
  async function listWhole<T extends KubernetesObject>(
    type: ResourceType<T>,
    labelSelector: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T[]> {
    try {
      return await Array.fromAsync(listAll(client, type, { namespace, labelSelector }, { signal }));
    } catch (error) {
      if (error instanceof SoteriaError && error.code === 'cluster_expired') throw listTruncated(type, error);
      throw error;
    }
  }

  /**
   * Kinds that Longhorn labels when they are made: what has no label is from before it did, and is looked for only where there is
   * nothing newer.
   */
  async function listLabelled<T extends KubernetesObject>(
    type: ResourceType<T>,
    label: string,
    volume: string,
    signal: AbortSignal | undefined,
  ): Promise<T[]> {
    if (!isLabelValue(volume)) return listWhole(type, undefined, signal);
    const labelled = await listWhole(type, `${label}=${volume}`, signal);
    return labelled.length > 0 ? labelled : listWhole(type, `!${label}`, signal);
  }

  /** What carries Longhorn's label for this volume, and what carries no such label at all (the caller looks inside). */
  async function listOfVolume<T extends KubernetesObject>(
    type: ResourceType<T>,
    label: string,
    volume: string,
    signal: AbortSignal | undefined,
  ): Promise<T[]> {
    if (!isLabelValue(volume)) return listWhole(type, undefined, signal);
    const [labelled, unlabelled] = await Promise.all([
      listWhole(type, `${label}=${volume}`, signal),
      listWhole(type, `!${label}`, signal),
    ]);
    return [...labelled, ...unlabelled];
  }

  async function unwatch<T extends KubernetesObject>(type: ResourceType<T>, name: string, signal?: AbortSignal) {
    try {
      await client.patch(type, at(name), { metadata: { labels: { [watchLabel]: null } } }, { signal });
    } catch (error) {
      if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
    }
  }

  const snapshotPort: SnapshotPort = {
    async create({ name, volume, marks }, { isDryRun }, signal) {
      const draft = {
        apiVersion: apiVersionOf(snapshots),
        kind: snapshots.kind,
        // Longhorn's own label, which it would add: the clean-up finds our objects by it.
        metadata: {
          ...at(name),
          labels: { ...marks, ...(isLabelValue(volume) ? { [snapshotVolumeLabel]: volume } : {}) },
        },
        spec: { volume, createSnapshot: true },
      };
      return snapshotFromWire(await client.create(snapshots, draft, { isDryRun, signal }));
    },
    async get(name, signal) {
      const wire = await client.get(snapshots, at(name), { signal });
      return wire === undefined ? undefined : snapshotFromWire(wire);
    },
    async listOfVolume(volume, signal) {
      const found = await listLabelled(snapshots, snapshotVolumeLabel, volume, signal);
      return found.filter(({ spec }) => spec.volume === volume).map(snapshotFromWire);
    },
    listWatched: async (functionName, signal) =>
      (await listWhole(snapshots, `${watchLabel}=${functionName}`, signal)).map(snapshotFromWire),
    delete: (name, uid, signal) => client.delete(snapshots, at(name), { uid, signal }),
    unwatch: (name, signal) => unwatch(snapshots, name, signal),
  };

  async function getBackup(name: string, signal?: AbortSignal): Promise<Backup | undefined> {
    const wire = await client.get(backups, at(name), { signal });
    return wire === undefined ? undefined : backupFromWire(wire);
  }

  const backupPort: BackupPort = {
    async create(draft, { isDryRun }, signal) {
      const wire = {
        apiVersion: apiVersionOf(backups),
        kind: backups.kind,
        metadata: {
          ...at(draft.name),
          // Both labels always: up to 1.9 Longhorn demands the first, later it derives what is missing (longhorn.md 2.1).
          labels: {
            ...draft.marks,
            [backupVolumeLabel]: draft.volume,
            [backupTargetLabel]: draft.backupTargetName,
          },
        },
        spec: {
          snapshotName: draft.snapshotName,
          backupMode: draft.mode,
          ...(draft.blockSize === undefined ? {} : { backupBlockSize: draft.blockSize }),
          labels: { ...draft.catalogue },
        },
      };
      return backupFromWire(await client.create(backups, wire, { isDryRun, isSentOnce: !isDryRun, signal }));
    },
    get: getBackup,
    find: (named, signal) => findBackup(getBackup, named, signal),
    async list({ volume }, signal) {
      if (volume === undefined) return (await listWhole(backups, undefined, signal)).map(backupFromWire);
      const found = await listOfVolume(backups, backupVolumeLabel, volume, signal);
      return found.map(backupFromWire).filter((backup) => backup.volume === volume);
    },
    listWatched: async (functionName, signal) =>
      (await listWhole(backups, `${watchLabel}=${functionName}`, signal)).map(backupFromWire),
    delete: (name, uid, signal) => client.delete(backups, at(name), { uid, signal }),
    discard: ({ name, uid, resourceVersion }, signal) =>
      client.delete(backups, at(name), { uid, resourceVersion, signal }),
    unwatch: (name, signal) => unwatch(backups, name, signal),
    async mark({ name, uid, resourceVersion }, labels, signal) {
      const precondition = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
      return backupFromWire(
        await client.patch(backups, at(name), { metadata: { ...precondition, labels } }, { signal }),
      );
    },
  };

  return {
    snapshots: snapshotPort,
    backups: backupPort,
    async getVolume(name, signal) {
      const wire = await client.get(volumes, at(name), { signal });
      return wire === undefined ? undefined : volumeFromWire(wire);
    },
    async getTarget(name, signal) {
      const wire = await client.get(backupTargets, at(name), { signal });
      return wire === undefined ? undefined : backupTargetFromWire(wire);
    },
    async listTargets(signal) {
      return (await listWhole(backupTargets, undefined, signal)).map(backupTargetFromWire);
    },
    async getBackupVolume(target, volume, signal) {
      const found = (await listLabelled(backupVolumes, backupVolumeLabel, volume, signal)).map(backupVolumeFromWire);
      return lastSynced(found.filter((each) => each.volume === volume && each.backupTargetName === target));
    },
  };
}

function lastSynced(found: readonly BackupVolume[]): BackupVolume | undefined {
  return found.toSorted((a, b) => syncedAtMs(b) - syncedAtMs(a))[0];
}

/** Never synced is oldest. */
function syncedAtMs({ lastSyncedAt }: BackupVolume): number {
  return lastSyncedAt === undefined ? 0 : Date.parse(lastSyncedAt);
}

function isLabelValue(text: string): boolean {
  return /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text);
}

function listTruncated(type: ResourceType<KubernetesObject>, cause: SoteriaError): SoteriaError {
  return new SoteriaError(
    'list_truncated',
    {
      what: `the list of ${type.plural}.${type.group} was cut short`,
      why: 'the API server let the list expire between two pages, so what was read is not all there is',
      fix: 'try again; if it stays, the API server is overloaded or compacts its history too soon',
    },
    { cause },
  );
}
