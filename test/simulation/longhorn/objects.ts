/** Longhorn's own way to its objects: straight into the cluster, past every gate. */
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { applyMergePatch } from '@soteria/shared/fakes/kubernetes/merge-patch.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { asObject, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { isRefusal } from '@soteria/shared/fakes/kubernetes/cluster-state.ts';

export const longhornNamespace = 'longhorn-system';
export const finalizer = 'longhorn.io';

export interface LonghornObjects {
  list<T extends KubernetesObject>(type: ResourceType<T>): T[];
  get<T extends KubernetesObject>(type: ResourceType<T>, name: string): T | undefined;
  patchStatus(type: Kind, name: string, status: JsonObject): void;
  /** False: gone, or a webhook that is down has refused it. */
  patchMetadata(type: Kind, name: string, metadata: JsonObject): boolean;
  /** False: admission refused it. */
  create(type: Kind, object: JsonObject): boolean;
  delete(type: Kind, name: string): void;
  /** Takes our finalizer off a deleted object. */
  letGo(type: Kind, name: string): void;
}

type Kind = Pick<ResourceType<KubernetesObject>, 'group' | 'version' | 'plural'>;

export function createLonghornObjects({ api }: Pick<MemoryCluster, 'api'>): LonghornObjects {
  const collection = ({ group, version, plural }: Kind) => ({ group, version, plural, namespace: longhornNamespace });
  const at = (type: Kind, name: string) => ({ ...collection(type), name });

  function whenThere<R>(act: () => R): R | undefined {
    try {
      return act();
    } catch (thrown) {
      // Gone meanwhile, or refused by a webhook that is down: the next look sees.
      if (isRefusal(thrown)) return undefined;
      throw thrown;
    }
  }

  return {
    // What is stored has passed the types of whoever wrote it: parsing it again at every look would be most of the run.
    list: <T extends KubernetesObject>(type: ResourceType<T>) => api.list(collection(type)).items as unknown as T[],
    get: <T extends KubernetesObject>(type: ResourceType<T>, name: string) =>
      api.find(at(type, name)) as unknown as T | undefined,
    patchStatus: (type, name, status) =>
      void whenThere(() =>
        api.patch(at(type, name), (current) => asObject(applyMergePatch(current, { status })), {
          subresource: 'status',
        }),
      ),
    patchMetadata: (type, name, metadata) =>
      whenThere(() => api.patch(at(type, name), (current) => asObject(applyMergePatch(current, { metadata })))) !==
      undefined,
    create(type, object) {
      try {
        api.create(collection(type), object);
        return true;
      } catch (thrown) {
        if (isRefusal(thrown)) return false;
        throw thrown;
      }
    },
    delete: (type, name) => void whenThere(() => api.delete(at(type, name))),
    letGo: (type, name) =>
      void whenThere(() =>
        api.patch(at(type, name), (current) => asObject(applyMergePatch(current, { metadata: { finalizers: [] } }))),
      ),
  };
}
