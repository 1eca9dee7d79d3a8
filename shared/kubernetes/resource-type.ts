/** What the client must know of a resource: its path, and how its JSON becomes a typed object. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string | undefined;
  namespace?: string | undefined;
  uid: string;
  resourceVersion: string;
  generation?: number | undefined;
  creationTimestamp: string;
  deletionTimestamp?: string | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  finalizers?: string[] | undefined;
  ownerReferences?: OwnerReference[] | undefined;
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface ResourceType<T extends KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Wire JSON to typed object; throws a ZodError when even the tolerant schema does not fit. */
  readonly parse: (wire: unknown) => T;
}

/** `v1`, `soteria.dev/v1alpha1`. */
export function apiVersionOf(type: ResourceType<KubernetesObject>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}
