/** Lists the objects that must be processed again after an object has changed. Pure. */
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import { type Known, keyOf } from './known-objects.ts';
import { snapshotsOfVolume, unfinishedBackupsOf } from './volume-relations.ts';

/** `Kind/namespace/name`, or `Kind/name`. */
export function queueKey(object: KubernetesObject): string {
  return `${object.kind}/${keyOf(object)}`;
}

export function affectedKeys(changed: KubernetesObject, known: Known): string[] {
  return [queueKey(changed), ...related(changed, known).map(queueKey)];
}

function related(changed: KubernetesObject, known: Known): KubernetesObject[] {
  const { name, namespace } = changed.metadata;
  switch (changed.kind) {
    case 'PersistentVolumeClaim':
      return known.persistentVolumes
        .values()
        .filter((pv) => isClaimOf(pv.spec?.claimRef, name, namespace))
        .toArray();
    case 'PersistentVolume':
      return known.claims
        .values()
        .filter((claim) => claim.spec?.volumeName === name)
        .toArray();
    case 'Volume':
      return [...snapshotsOfVolume(known, name), ...unfinishedBackupsOf(known, name)];
    case 'Snapshot': {
      const volume = known.snapshots.get(keyOf(changed))?.spec.volume ?? changed.metadata.labels?.['longhornvolume'];
      return volume === undefined ? [] : aroundVolume(known, volume);
    }
    case 'Backup': {
      const volume = changed.metadata.labels?.['backup-volume'];
      return volume === undefined ? [] : aroundVolume(known, volume);
    }
    default:
      return [];
  }
}

function aroundVolume(known: Known, volume: string): KubernetesObject[] {
  const itself = known.volumes.values().filter(({ metadata }) => metadata.name === volume);
  return [...itself, ...snapshotsOfVolume(known, volume), ...unfinishedBackupsOf(known, volume)];
}

function isClaimOf(
  ref: { readonly name?: string; readonly namespace?: string } | undefined,
  name: string,
  namespace: string | undefined,
): boolean {
  return ref?.name === name && ref.namespace === namespace;
}
