/** The port for restores over Longhorn's custom resources (longhorn.md 3). */
import { SoteriaError } from '../errors.ts';
import { type KubernetesClient, listAll } from '../kubernetes/client.ts';
import { apiVersionOf } from '../kubernetes/resource-type.ts';
import { heldByLabel } from '../operation/record/marks.ts';
import { backupFromWire, bytesOf, percentOf } from './from-wire.ts';
import { wordsOf } from './longhorn-words.ts';
import type { LonghornRestores, RestoreVolume, VolumeDescription } from './port-restore.ts';
import { backups, backupTargets, backupVolumeLabel, backupVolumes, engines, volumes } from './resource-types.ts';
import type { BackupVolumeResource, EngineResource, VolumeResource } from './wire.ts';

function conditionOf({ status }: VolumeResource, type: string, value: string): string | undefined {
  const found = status?.conditions?.find((one) => one.type === type && one.status === value);
  if (found === undefined) return undefined;
  return [found.reason, found.message].filter((text) => (text ?? '') !== '').join(': ') || 'Longhorn gives no reason';
}

function failureOf(volume: VolumeResource): string | undefined {
  const restore = volume.status?.conditions?.find((one) => one.type === 'Restore');
  return restore?.reason === 'RestoreFailure' ? conditionOf(volume, 'Restore', restore.status ?? '') : undefined;
}

export function restoreVolumeFromWire(wire: VolumeResource): RestoreVolume {
  const { metadata, spec, status } = wire;
  return {
    name: metadata.name,
    uid: metadata.uid,
    isDeleting: metadata.deletionTimestamp !== undefined,
    fromBackup: spec.fromBackup ?? undefined,
    sizeBytes: bytesOf(spec.size) ?? 0n,
    state: status?.state ?? '',
    robustness: status?.robustness ?? '',
    isRestoreInitiated: status?.restoreInitiated === true,
    isRestoreRequired: status?.restoreRequired === true,
    isFrontendDisabled: status?.frontendDisabled === true,
    unscheduledBecause: conditionOf(wire, 'Scheduled', 'False'),
    failedBecause: failureOf(wire),
    marks: metadata.labels ?? {},
  };
}

function descriptionFromWire({ metadata, spec, status }: BackupVolumeResource): VolumeDescription {
  return {
    name: metadata.name,
    uid: metadata.uid,
    volume: spec.volumeName ?? '',
    isDeleting: metadata.deletionTimestamp !== undefined,
    catalogue: status?.labels ?? {},
  };
}

/** The progress of the slowest replica that reports one (longhorn.md 3.3). */
export function progressOf(found: readonly EngineResource[]): number | undefined {
  const told = found
    .flatMap(({ status }) => Object.values(status?.restoreStatus ?? {}))
    .map((replica) => replica?.progress)
    .filter((progress) => typeof progress === 'number');
  return told.length === 0 ? undefined : percentOf(Math.min(...told));
}

function errorsOf(found: readonly EngineResource[]): string[] {
  return found
    .flatMap(({ status }) => Object.values(status?.restoreStatus ?? {}))
    .map((replica) => wordsOf(replica?.error ?? ''))
    .filter((error) => error !== '');
}

export function createLonghornRestores(
  client: KubernetesClient,
  { namespace }: { readonly namespace: string },
): LonghornRestores {
  const at = (name: string) => ({ name, namespace });
  return {
    async createVolume(draft, { isDryRun }, signal) {
      const { name, marks, sizeBytes, isEncrypted, backingImage, ...spec } = draft;
      const wire = {
        apiVersion: apiVersionOf(volumes),
        kind: volumes.kind,
        metadata: { ...at(name), labels: { ...marks } },
        spec: {
          ...spec,
          // A decimal text: anything else makes Longhorn's webhook fail.
          size: String(sizeBytes),
          frontend: 'blockdev',
          staleReplicaTimeout: 30,
          encrypted: isEncrypted,
          ...(backingImage === undefined ? {} : { backingImage }),
        },
      };
      return restoreVolumeFromWire(await client.create(volumes, wire, { isDryRun, signal }));
    },
    async getVolume(name, signal) {
      const wire = await client.get(volumes, at(name), { signal });
      return wire === undefined ? undefined : restoreVolumeFromWire(wire);
    },
    async listVolumes(marks, signal) {
      const labelSelector = Object.entries(marks)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const found = await Array.fromAsync(listAll(client, volumes, { namespace, labelSelector }, { signal }));
      return found.map(restoreVolumeFromWire);
    },
    deleteVolume: (name, uid, signal) => client.delete(volumes, at(name), { uid, signal }),
    async listDescriptions(volume, signal) {
      const labelSelector = `${backupVolumeLabel}=${volume}`;
      const found = await Array.fromAsync(listAll(client, backupVolumes, { namespace, labelSelector }, { signal }));
      return found.map(descriptionFromWire).filter((one) => one.volume === volume);
    },
    deleteDescription: (name, uid, signal) => client.delete(backupVolumes, at(name), { uid, signal }),
    async markVolume(name, uid, marks, signal) {
      const patch = { metadata: { uid, labels: marks } };
      return restoreVolumeFromWire(await client.patch(volumes, at(name), patch, { signal }));
    },
    getProgress: async (volume, signal) => progressOf(await enginesOf(volume, signal)),
    getRestoreErrors: async (volume, signal) => errorsOf(await enginesOf(volume, signal)),
    async requestSync({ name, lastSyncedAt = '' }, now, signal) {
      // Longhorn compares it with its own clock: what lies before the last reading asks for nothing.
      const afterLast = (Date.parse(lastSyncedAt) || 0) + 1_000;
      const syncRequestedAt = new Date(Math.max(now.getTime(), afterLast)).toISOString();
      await client.patch(backupTargets, at(name), { spec: { syncRequestedAt } }, { signal });
    },
    async hold(backup, holderUid, signal) {
      return backupFromWire(await patchHold(backup.name, backup, holderUid, signal));
    },
    async release(backup, signal) {
      try {
        await patchHold(backup.name, backup, null, signal);
      } catch (error) {
        if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
      }
    },
  };

  async function enginesOf(volume: string, signal: AbortSignal | undefined): Promise<readonly EngineResource[]> {
    const labelSelector = `longhornvolume=${volume}`;
    const { items } = await client.list(engines, { namespace, labelSelector }, { signal });
    return items.filter(({ spec }) => spec.volumeName === volume);
  }

  function patchHold(
    name: string,
    { uid, resourceVersion }: { readonly uid: string; readonly resourceVersion?: string | undefined },
    holder: string | null,
    signal: AbortSignal | undefined,
  ) {
    const precondition = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
    return client.patch(
      backups,
      at(name),
      { metadata: { ...precondition, labels: { [heldByLabel]: holder } } },
      { signal },
    );
  }
}
