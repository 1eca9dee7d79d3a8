/** What a restore writes of Kubernetes' own objects; reading is `kubernetes/cluster-reader.ts`. */
import { type Draft, type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  untyped,
} from '@soteria/shared/kubernetes/core-types.ts';
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';

const storageClasses = untyped({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  isNamespaced: false,
});

/** One very object: another of the same name is `cluster_conflict`. */
interface ThisClaim {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

type Labels = Readonly<Record<string, string | null>>;

/** Creating what exists throws `name_conflict`; deleting what is gone is success. */
export interface Claims {
  listClaims(namespace: string, signal?: AbortSignal): Promise<readonly PersistentVolumeClaim[]>;
  /** Those that one operation has made, in whatever namespace. */
  listMadeBy(operationUid: string, signal?: AbortSignal): Promise<readonly PersistentVolumeClaim[]>;
  /** Whether volumes of that storage class may grow; undefined when there is no such class. */
  mayGrow(storageClass: string, signal?: AbortSignal): Promise<boolean | undefined>;
  createClaim(draft: Draft<PersistentVolumeClaim>, signal?: AbortSignal): Promise<PersistentVolumeClaim>;
  /** As `createClaim`, and nothing is made. */
  tryClaim(draft: Draft<PersistentVolumeClaim>, signal?: AbortSignal): Promise<void>;
  markClaim(claim: ThisClaim, labels: Labels, signal?: AbortSignal): Promise<PersistentVolumeClaim>;
  /** Kubernetes refuses it where the storage class does not let volumes grow. */
  growClaim(claim: ThisClaim, size: string, signal?: AbortSignal): Promise<PersistentVolumeClaim>;
  deleteClaim(claim: ThisClaim, signal?: AbortSignal): Promise<void>;
  createPersistentVolume(draft: Draft<PersistentVolume>, signal?: AbortSignal): Promise<PersistentVolume>;
  markPersistentVolume(name: string, uid: string, labels: Labels, signal?: AbortSignal): Promise<PersistentVolume>;
  deletePersistentVolume(name: string, uid: string, signal?: AbortSignal): Promise<void>;
}

export function createClaims(client: KubernetesClient): Claims {
  const at = ({ namespace, name }: ThisClaim) => ({ namespace, name });
  return {
    listClaims: (namespace, signal) =>
      Array.fromAsync(listAll(client, persistentVolumeClaims, { namespace }, { signal })),
    listMadeBy: (uid, signal) => {
      const labelSelector = `${operationUidLabel}=${uid}`;
      return Array.fromAsync(listAll(client, persistentVolumeClaims, { labelSelector }, { signal }));
    },
    async mayGrow(name, signal) {
      const found = await client.get(storageClasses, { name }, { signal });
      return found === undefined ? undefined : found['allowVolumeExpansion'] === true;
    },
    createClaim: (draft, signal) => client.create(persistentVolumeClaims, draft, { signal }),
    async tryClaim(draft, signal) {
      await client.create(persistentVolumeClaims, draft, { isDryRun: true, signal });
    },
    markClaim: (claim, labels, signal) =>
      client.patch(persistentVolumeClaims, at(claim), { metadata: { uid: claim.uid, labels } }, { signal }),
    growClaim: (claim, storage, signal) =>
      client.patch(
        persistentVolumeClaims,
        at(claim),
        { metadata: { uid: claim.uid }, spec: { resources: { requests: { storage } } } },
        { signal },
      ),
    deleteClaim: (claim, signal) => client.delete(persistentVolumeClaims, at(claim), { uid: claim.uid, signal }),
    createPersistentVolume: (draft, signal) => client.create(persistentVolumes, draft, { signal }),
    markPersistentVolume: (name, uid, labels, signal) =>
      client.patch(persistentVolumes, { name }, { metadata: { uid, labels } }, { signal }),
    deletePersistentVolume: (name, uid, signal) => client.delete(persistentVolumes, { name }, { uid, signal }),
  };
}
