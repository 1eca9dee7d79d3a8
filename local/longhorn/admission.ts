/** Puts Longhorn's admission in front of an in-memory store. On a real API server the local Longhorn works without it. */
import type { AdmissionAnswer, AdmissionHook } from '@soteria/shared/fakes/kubernetes/memory-admission.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import {
  backupTargetLabel,
  backupTargets,
  backupVolumeLabel,
  backupVolumes,
  backups,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import {
  type Lookup,
  admitBackup,
  admitSnapshot,
  admitSnapshotDeletion,
  admitVolumeDeletion,
  validatorDownAnswer,
  webhookDownAnswer,
} from './admit-longhorn.ts';
import { admitVolume, admitVolumeEngine } from './admit-volume.ts';
import type { Faults } from './fault-table.ts';

export interface LonghornAdmission {
  /** The returned function removes the admission. */
  plugInto(cluster: Pick<MemoryCluster, 'api' | 'onAdmit'>): () => void;
}

export function createAdmission(namespace: string, faults: Faults): LonghornAdmission {
  return {
    plugInto(cluster) {
      const first = <T extends KubernetesObject>(
        type: ResourceType<T>,
        selector: { readonly fieldSelector?: string; readonly labelSelector?: string },
      ): T | undefined => {
        const { group, version, plural } = type;
        const [found] = cluster.api.list({ group, version, plural, namespace }, selector).items;
        return found === undefined ? undefined : type.parse(found);
      };
      const find = <T extends KubernetesObject>(type: ResourceType<T>, name: string): T | undefined =>
        first(type, { fieldSelector: `metadata.name=${name}` });
      const lookup: Lookup = {
        snapshot: (name) => find(snapshots, name),
        volume: (name) => find(volumes, name),
        target: (name) => find(backupTargets, name),
        backup: (name) => find(backups, name),
        backupVolume: (target, volume) =>
          first(backupVolumes, {
            labelSelector: `${backupTargetLabel}=${target},${backupVolumeLabel}=${volume}`,
          }),
      };
      const onCreate =
        (admit: typeof admitBackup): AdmissionHook =>
        ({ operation, object }) => {
          if (operation === 'DELETE') return undefined;
          if (faults.webhookDown === true) return webhookDownAnswer;
          return operation === 'CREATE' ? admit(object, lookup, faults) : undefined;
        };
      /** Since 1.12.1 the webhook also decides about these deletions; a Backup is deleted without it. */
      const withDeletion =
        (admit: AdmissionHook, admitDeletion: (object: WireObject) => AdmissionAnswer | undefined): AdmissionHook =>
        (request) => {
          if (request.operation !== 'DELETE') return admit(request);
          return faults.webhookDown === true ? validatorDownAnswer : admitDeletion(request.object);
        };
      const removers = [
        cluster.onAdmit(
          snapshots,
          withDeletion(onCreate(admitSnapshot), (object) => admitSnapshotDeletion(object, faults)),
        ),
        cluster.onAdmit(backups, onCreate(admitBackup)),
        cluster.onAdmit(
          volumes,
          withDeletion(
            onCreate((object, at) => admitVolumeEngine(faults) ?? admitVolume(object, at)),
            (object) => admitVolumeDeletion(object, faults),
          ),
        ),
      ];
      return () => {
        for (const remove of removers) remove();
      };
    },
  };
}
