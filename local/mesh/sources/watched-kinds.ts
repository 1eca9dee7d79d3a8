/** The kinds an ApiServerSource may watch here. The client port has no discovery, so the path of each kind is written here. */
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { UntypedObject } from '../manifest/knative-types.ts';

const plurals: Readonly<Record<string, string>> = {
  'soteria.dev/v1alpha1 Operation': 'operations',
  'longhorn.io/v1beta2 Snapshot': 'snapshots',
  'longhorn.io/v1beta2 Backup': 'backups',
  'longhorn.io/v1beta2 Volume': 'volumes',
  'batch/v1 Job': 'jobs',
};

export const watchedKinds: readonly string[] = Object.keys(plurals);

/** Undefined for a kind that is not in the table. */
export function findWatchedType(apiVersion: string, kind: string): ResourceType<UntypedObject> | undefined {
  const plural = plurals[`${apiVersion} ${kind}`];
  if (plural === undefined) return undefined;
  const [group, version] = apiVersion.split('/');
  if (group === undefined || version === undefined) return undefined;
  return untyped({ group, version, kind, plural, isNamespaced: true });
}
