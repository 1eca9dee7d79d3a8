/**
 * Descriptors of the built-in kinds the product uses, typed by `@kubernetes/client-node`. Its classes hold `Date` where JSON
 * has text; `Wire` undoes that, because this client hands out the JSON as it came.
 */
import type {
  V1ConfigMap,
  V1Job,
  V1Namespace,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1SubjectAccessReview,
  V1TokenReview,
} from '@kubernetes/client-node';
import * as z from 'zod';
import type { KubernetesObject, ResourceType } from './resource-type.ts';

export type Wire<T> = T extends Date ? string : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
type BuiltIn<T> = Omit<Wire<T>, 'metadata' | 'apiVersion' | 'kind'> & KubernetesObject;

export const objectShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().default(''),
    namespace: z.string().optional(),
    uid: z.string().default(''),
    resourceVersion: z.string().default(''),
    creationTimestamp: z
      .string()
      .nullish()
      .transform((at) => at ?? ''),
    labels: z
      .record(z.string(), z.string())
      .nullish()
      .transform((map) => map ?? undefined),
    annotations: z
      .record(z.string(), z.string())
      .nullish()
      .transform((map) => map ?? undefined),
  }),
});

function builtIn<T>(path: Omit<ResourceType<KubernetesObject>, 'parse'>): ResourceType<BuiltIn<T>> {
  return { ...path, parse: (wire) => objectShape.parse(wire) as unknown as BuiltIn<T> };
}

function core(kind: string, plural: string, isNamespaced: boolean): Omit<ResourceType<KubernetesObject>, 'parse'> {
  return { group: '', version: 'v1', kind, plural, isNamespaced };
}

export type PersistentVolumeClaim = BuiltIn<V1PersistentVolumeClaim>;
export type PersistentVolume = BuiltIn<V1PersistentVolume>;
export type Namespace = BuiltIn<V1Namespace>;
export type ConfigMap = BuiltIn<V1ConfigMap>;
export type Secret = BuiltIn<V1Secret>;
export type Pod = BuiltIn<V1Pod>;
export type Job = BuiltIn<V1Job>;

export const persistentVolumeClaims = builtIn<V1PersistentVolumeClaim>(
  core('PersistentVolumeClaim', 'persistentvolumeclaims', true),
);
export const persistentVolumes = builtIn<V1PersistentVolume>(core('PersistentVolume', 'persistentvolumes', false));
export const namespaces = builtIn<V1Namespace>(core('Namespace', 'namespaces', false));
export const configMaps = builtIn<V1ConfigMap>(core('ConfigMap', 'configmaps', true));
export const secrets = builtIn<V1Secret>(core('Secret', 'secrets', true));
export const nodes = builtIn<V1Node>(core('Node', 'nodes', false));
export const pods = builtIn<V1Pod>(core('Pod', 'pods', true));
export const jobs = builtIn<V1Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  isNamespaced: true,
});

export const tokenReviews = builtIn<V1TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  isNamespaced: false,
});

export const subjectAccessReviews = builtIn<V1SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  isNamespaced: false,
});

/** A resource whose content the product does not read beyond its metadata: any kind, by its path. */
export function untyped(
  path: Omit<ResourceType<KubernetesObject>, 'parse'>,
): ResourceType<KubernetesObject & Record<string, unknown>> {
  return { ...path, parse: (wire) => objectShape.parse(wire) };
}
