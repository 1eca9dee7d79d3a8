/** What the in-memory cluster must know of a kind: its names, its versions, and the rules its writes follow. */
import type { KubernetesObject, ResourceType } from '../../kubernetes/resource-type.ts';
import type { JsonObject } from './wire-object.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority: number;
  readonly description: string;
  readonly format: string;
}

export interface KindVersion {
  readonly name: string;
  readonly isServed: boolean;
  /** With it the main endpoint ignores `status`, and `/status` ignores everything else. */
  readonly hasStatus: boolean;
  /** Paths a field selector may name beside `metadata.name` and `metadata.namespace`, for example `status.phase`. */
  readonly selectableFields: readonly string[];
  readonly printerColumns?: readonly PrinterColumn[];
  /** `openAPIV3Schema` of a custom resource: shown to clients, not enforced. */
  readonly schema?: JsonObject;
}

export interface KindDefinition {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly isNamespaced: boolean;
  /** The preferred one first. */
  readonly versions: readonly KindVersion[];
  /**
   * Custom resources count generations on every kind, need a resourceVersion to be replaced, and keep their metadata when
   * only the status is written.
   */
  readonly isCustom: boolean;
  /** `metadata.generation` counts the changes outside metadata and status. */
  readonly hasGeneration: boolean;
  /** `subdomain`: up to 253 characters; `label`: up to 63; `segment`: anything that fits in a path (RBAC). */
  readonly nameRule: 'subdomain' | 'label' | 'segment';
  /** What the server fills in when the object is made: defaults and the first status. */
  readonly complete?: (object: JsonObject, now: string) => JsonObject;
  /** Present: the kind is known but every call is refused with this sentence. */
  readonly refusal?: string;
}

export interface KindOptions {
  readonly hasStatus?: boolean;
  readonly selectableFields?: readonly string[];
}

/** The kind behind a typed descriptor, with the rules of a custom resource; for what has no CRD at hand. */
export function customKind(
  type: Omit<ResourceType<KubernetesObject>, 'parse'>,
  options: KindOptions = {},
): KindDefinition {
  return {
    group: type.group,
    plural: type.plural,
    singular: type.kind.toLowerCase(),
    kind: type.kind,
    listKind: `${type.kind}List`,
    shortNames: [],
    categories: [],
    isNamespaced: type.isNamespaced,
    versions: [
      {
        name: type.version,
        isServed: true,
        hasStatus: options.hasStatus ?? true,
        selectableFields: options.selectableFields ?? [],
      },
    ],
    isCustom: true,
    hasGeneration: true,
    nameRule: 'subdomain',
  };
}

export function kindId(kind: { readonly group: string; readonly plural: string }): string {
  return `${kind.group}/${kind.plural}`;
}

export function servedVersion(kind: KindDefinition, version: string): KindVersion | undefined {
  return kind.versions.find((candidate) => candidate.isServed && candidate.name === version);
}

export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
