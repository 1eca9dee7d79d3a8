/** The kinds, their tables and the one revision counter of an in-memory cluster; everything that changes passes `commit`. */
import { ApiRefusal, badRequest, notAllowed, unknownResource } from './api-refusal.ts';
import { groupVersion, kindId, servedVersion, type KindDefinition, type KindVersion } from './memory-kinds.ts';
import { createObjectTable, type Change, type ObjectTable } from './object-table.ts';
import type { WireObject } from './wire-object.ts';

export interface CollectionPath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Left out: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined;
}

export interface ObjectPath extends CollectionPath {
  readonly name: string;
}

export interface Resource {
  readonly kind: KindDefinition;
  readonly version: KindVersion;
  readonly table: ObjectTable;
}

/** One stored change; replaying all of them on an empty cluster gives the same cluster. */
export interface Commit {
  readonly revision: number;
  readonly group: string;
  readonly plural: string;
  readonly key: string;
  /** Null: deleted. */
  readonly object: WireObject | null;
}

export interface ClusterState {
  readonly revision: number;
  kinds(): readonly KindDefinition[];
  register(kind: KindDefinition): void;
  unregister(kind: KindDefinition): void;
  /** Throws a 404 ApiRefusal when kind or version are not served, 405 when the kind is named but not answered. */
  resolve(path: CollectionPath): Resource;
  tableOf(kind: KindDefinition): ObjectTable;
  /** Stores under a new revision and returns what was stored. */
  commit(kind: KindDefinition, key: string, object: WireObject): WireObject;
  remove(kind: KindDefinition, key: string, last: WireObject): WireObject;
  /** Stores exactly this, with the revision it carries; what is of an unknown kind is left out. */
  replay(commit: Commit): void;
  /** Forgets everything but these kinds. */
  reset(kinds: readonly KindDefinition[]): void;
  /** Raises the counter, so that nothing already handed out is handed out again. */
  skipTo(revision: number): void;
  countIn(namespace: string): number;
  onCommit(listener: (commit: Commit) => void): () => void;
  forgetHistory(): void;
}

export function createClusterState(historyLimit: number): ClusterState {
  const registered = new Map<string, { readonly kind: KindDefinition; readonly table: ObjectTable }>();
  const counts = new Map<string, number>();
  const listeners = new Set<(commit: Commit) => void>();
  let revision = 0;

  function register(kind: KindDefinition): void {
    const table = registered.get(kindId(kind))?.table ?? createObjectTable(historyLimit, revision);
    registered.set(kindId(kind), { kind, table });
  }

  function tableOf(kind: KindDefinition): ObjectTable {
    const found = registered.get(kindId(kind));
    if (found === undefined) throw unknownResource();
    return found.table;
  }

  function apply(kind: KindDefinition, change: Change): void {
    const { key, object, previous, type } = change;
    const { namespace } = object.metadata;
    if (kind.isNamespaced && namespace !== undefined) {
      const difference = type === 'deleted' ? -1 : previous === undefined ? 1 : 0;
      counts.set(namespace, (counts.get(namespace) ?? 0) + difference);
    }
    const stored = type === 'deleted' ? null : object;
    for (const listener of listeners) {
      listener({ revision: change.revision, group: kind.group, plural: kind.plural, key, object: stored });
    }
    tableOf(kind).apply(change);
  }

  function store(kind: KindDefinition, key: string, object: WireObject, isDeletion: boolean): WireObject {
    const previous = tableOf(kind).get(key);
    revision += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    const type = isDeletion ? 'deleted' : previous === undefined ? 'added' : 'modified';
    apply(kind, { key, revision, type, object: stored, previous });
    return stored;
  }

  return {
    get revision() {
      return revision;
    },
    kinds: () => [...registered.values()].map(({ kind }) => kind),
    register,
    unregister: (kind) => registered.delete(kindId(kind)),
    resolve(path) {
      const found = registered.get(kindId(path));
      const version = found === undefined ? undefined : servedVersion(found.kind, path.version);
      if (found === undefined || version === undefined) throw unknownResource();
      if (found.kind.refusal !== undefined) throw notAllowed(found.kind.refusal);
      if (path.namespace !== undefined && !found.kind.isNamespaced) throw unknownResource();
      return { kind: found.kind, version, table: found.table };
    },
    tableOf,
    commit: (kind, key, object) => store(kind, key, object, false),
    remove: (kind, key, last) => store(kind, key, last, true),
    replay({ revision: at, group, plural, key, object }) {
      const found = registered.get(kindId({ group, plural }));
      if (found === undefined) return;
      const previous = found.table.get(key);
      revision = Math.max(revision, at);
      const last = object ?? previous;
      if (last === undefined) return;
      const type = object === null ? 'deleted' : previous === undefined ? 'added' : 'modified';
      apply(found.kind, { key, revision: at, type, object: last, previous });
    },
    reset(kinds) {
      registered.clear();
      counts.clear();
      revision = 0;
      for (const kind of kinds) register(kind);
    },
    skipTo(wanted) {
      revision = Math.max(revision, wanted);
    },
    countIn: (namespace) => counts.get(namespace) ?? 0,
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forgetHistory() {
      for (const { table } of registered.values()) table.forgetHistory(revision);
    },
  };
}

/** The key of an object in its table. Throws a 400 ApiRefusal when a namespaced kind gets no namespace. */
export function keyOf(kind: KindDefinition, namespace: string | undefined, name: string): string {
  if (!kind.isNamespaced) return name;
  if (namespace === undefined || namespace === '') throw badRequest(`a namespace is required for ${kind.plural}`);
  return `${namespace}/${name}`;
}

/** The object as one version of its kind shows it. */
export function inVersion(resource: Pick<Resource, 'kind' | 'version'>, object: WireObject): WireObject {
  const apiVersion = groupVersion(resource.kind.group, resource.version.name);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

export function isRefusal(thrown: unknown): thrown is ApiRefusal {
  return thrown instanceof ApiRefusal;
}
