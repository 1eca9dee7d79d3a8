/** Version, groups and resources of the store: kubectl reads them before anything else. Pure. */
import { groupVersion, type KindDefinition } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const reviewVerbs = ['create'];

/** The Kubernetes version whose behaviour the store follows. */
export const version: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+soteria-local-store',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
};

/** Undefined when the path does not belong to discovery. */
export function describeKinds(kinds: readonly KindDefinition[], pathname: string): JsonObject | undefined {
  const [root, first, second, ...rest] = pathname.replace(/\/$/, '').split('/').slice(1);
  if (rest.length > 0) return undefined;
  if (root === 'api' && first === undefined) return { kind: 'APIVersions', apiVersion: 'v1', versions: ['v1'] };
  if (root === 'api' && second === undefined) return resourceList(kinds, '', first ?? '');
  if (root !== 'apis') return undefined;
  if (first === undefined) {
    const groups = new Set(kinds.map(({ group }) => group).filter((group) => group !== ''));
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groups].map((group) => describeGroup(kinds, group)) };
  }
  if (second !== undefined) return resourceList(kinds, first, second);
  return kinds.some(({ group }) => group === first)
    ? { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(kinds, first) }
    : undefined;
}

/** The paths of the group versions in use: `api/v1`, `apis/soteria.dev/v1alpha1`. */
export function groupVersionPaths(kinds: readonly KindDefinition[]): readonly string[] {
  const paths = kinds.flatMap(({ group, versions }) =>
    versions
      .filter(({ isServed }) => isServed)
      .map(({ name }) => (group === '' ? `api/${name}` : `apis/${group}/${name}`)),
  );
  return [...new Set(paths)];
}

function describeGroup(kinds: readonly KindDefinition[], group: string): JsonObject {
  const versions = servedVersions(kinds, group).map((name) => ({
    groupVersion: groupVersion(group, name),
    version: name,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function servedVersions(kinds: readonly KindDefinition[], group: string): readonly string[] {
  const served = kinds
    .filter((kind) => kind.group === group)
    .flatMap(({ versions }) => versions.filter(({ isServed }) => isServed).map(({ name }) => name));
  return [...new Set(served)];
}

function resourceList(kinds: readonly KindDefinition[], group: string, name: string): JsonObject | undefined {
  const resources = kinds.filter((kind) => kind.group === group).flatMap((kind) => resourcesOf(kind, name));
  if (resources.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(group, name), resources };
}

function resourcesOf(kind: KindDefinition, versionName: string): JsonObject[] {
  const served = kind.versions.find(({ name, isServed }) => isServed && name === versionName);
  if (served === undefined) return [];
  const { plural, singular, isNamespaced, shortNames, categories } = kind;
  const own = {
    name: plural,
    singularName: singular,
    namespaced: isNamespaced,
    kind: kind.kind,
    verbs: kind.refusal === undefined ? verbs : reviewVerbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
  if (!served.hasStatus || kind.refusal !== undefined) return [own];
  const status = { name: `${plural}/status`, singularName: '', namespaced: isNamespaced, kind: kind.kind };
  return [own, { ...status, verbs: ['get', 'patch', 'update'] }];
}
