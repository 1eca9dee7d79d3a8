/** Create, update, patch and delete on the in-memory cluster: check, merge, admit, settle, store. */
import { alreadyExists, conflict, forbidden, namespaceNotFound, objectNotFound } from './api-refusal.ts';
import {
  inVersion,
  keyOf,
  type ClusterState,
  type CollectionPath,
  type ObjectPath,
  type Resource,
} from './cluster-state.ts';
import { isCustomResourceDefinition } from './custom-kinds.ts';
import type { Admission } from './memory-admission.ts';
import type { ClusterClock } from './cluster-clock.ts';
import type { Removal } from './memory-removal.ts';
import { validateMetadata } from './validate-metadata.ts';
import type { JsonObject, WireObject } from './wire-object.ts';
import {
  checkPreconditions,
  draftObject,
  dropEmpty,
  markDeleted,
  mergeUpdate,
  settleUpdate,
  type Subresource,
} from './write-rules.ts';

export interface RawWriteOptions {
  readonly isDryRun?: boolean | undefined;
  readonly subresource?: Subresource;
}

export interface RawDeleteOptions {
  readonly isDryRun?: boolean | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

export interface Deletion {
  /** The last state, or the state in which finalizers keep it. */
  readonly object: WireObject;
  readonly isGone: boolean;
}

export interface Writes {
  create(path: CollectionPath, body: JsonObject, options?: RawWriteOptions): WireObject;
  update(path: ObjectPath, body: JsonObject, options?: RawWriteOptions): WireObject;
  patch(path: ObjectPath, change: (current: WireObject) => JsonObject, options?: RawWriteOptions): WireObject;
  delete(path: ObjectPath, options?: RawDeleteOptions): Deletion;
}

interface Parts {
  readonly state: ClusterState;
  readonly admission: Admission;
  readonly clock: ClusterClock;
  readonly removal: Removal;
}

const permanentNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

export function createWrites({ state, admission, clock, removal }: Parts): Writes {
  function create(path: CollectionPath, body: JsonObject, options: RawWriteOptions = {}): WireObject {
    const resource = state.resolve(path);
    const { kind, version, table } = resource;
    const { namespace } = path;
    const isTaken = (name: string) => table.get(keyOf(kind, namespace, name)) !== undefined;
    const draft = draftObject(kind, version, body, {
      namespace: kind.isNamespaced ? requiredNamespace(resource, namespace) : undefined,
      now: clock.now(),
      makeUid: clock.makeUid,
      makeSuffix: clock.makeSuffix,
      isTaken,
    });
    if (kind.isNamespaced) checkNamespace(resource, namespace ?? '', draft.metadata.name);
    removal.checkMayCreate(kind);
    const isDryRun = options.isDryRun === true;
    const admitted = admission.review(kind, { operation: 'CREATE', object: draft, oldObject: undefined, isDryRun });
    const object = { ...admitted, metadata: dropEmpty(admitted.metadata) };
    validateMetadata(kind, object.metadata);
    const { name } = object.metadata;
    if (isTaken(name)) throw alreadyExists(kind, name);
    const settled = isCustomResourceDefinition(kind) ? removal.establish(object, isDryRun) : object;
    if (isDryRun) return inVersion(resource, settled);
    return inVersion(resource, state.commit(kind, keyOf(kind, namespace, name), settled));
  }

  function checkNamespace({ kind }: Resource, namespace: string, name: string): void {
    const found = removal.namespaces().get(namespace);
    if (found === undefined) throw namespaceNotFound(namespace);
    if (found.metadata.deletionTimestamp === undefined) return;
    throw forbidden(
      kind,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  }

  function write(
    path: ObjectPath,
    bodyOf: (current: WireObject) => JsonObject,
    how: 'replace' | 'patch',
    options: RawWriteOptions,
  ): WireObject {
    const resource = state.resolve(path);
    const { kind, version, table } = resource;
    const { subresource } = options;
    if (subresource === 'status' && !version.hasStatus) throw objectNotFound(kind, path.name);
    const key = keyOf(kind, path.namespace, path.name);
    const current = table.get(key);
    if (current === undefined) throw objectNotFound(kind, path.name);
    const body = bodyOf(inVersion(resource, current));
    checkPreconditions(kind, current, body, how, subresource);
    const merged = mergeUpdate(kind, version, current, body, subresource);
    const isDryRun = options.isDryRun === true;
    const admitted =
      subresource === 'status'
        ? merged
        : admission.review(kind, { operation: 'UPDATE', object: merged, oldObject: current, isDryRun });
    const next = settleUpdate(kind, version, current, admitted);
    if (next === current) return inVersion(resource, current);
    validateMetadata(kind, next.metadata);
    if (isCustomResourceDefinition(kind)) removal.establish(next, isDryRun);
    if (isDryRun) return inVersion(resource, next);
    if (isReleased(next)) return inVersion(resource, removal.release(kind, key, next));
    const stored = state.commit(kind, key, next);
    return inVersion(resource, stored);
  }

  function remove(path: ObjectPath, options: RawDeleteOptions = {}): Deletion {
    const resource = state.resolve(path);
    const { kind, table } = resource;
    const key = keyOf(kind, path.namespace, path.name);
    const current = table.get(key);
    if (current === undefined) throw objectNotFound(kind, path.name);
    checkDeletePreconditions(resource, current, options);
    if (kind.group === '' && kind.plural === 'namespaces' && permanentNamespaces.has(path.name)) {
      throw forbidden(kind, path.name, 'this namespace may not be deleted');
    }
    const isDryRun = options.isDryRun === true;
    admission.review(kind, { operation: 'DELETE', object: current, oldObject: current, isDryRun });
    const kept = (current.metadata.finalizers ?? []).length > 0;
    if (isDryRun) {
      const object = kept ? markDeleted(current, clock.now()) : current;
      return { object: inVersion(resource, object), isGone: !kept };
    }
    const { object, isGone } = removal.begin(kind, key, current);
    return { object: inVersion(resource, object), isGone };
  }

  return {
    create,
    update: (path, body, options = {}) => write(path, () => body, 'replace', options),
    patch: (path, change, options = {}) => write(path, change, 'patch', options),
    delete: remove,
  };
}

function requiredNamespace({ kind }: Resource, namespace: string | undefined): string {
  keyOf(kind, namespace, '');
  return namespace ?? '';
}

function isReleased({ metadata }: WireObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
}

function checkDeletePreconditions({ kind }: Resource, current: WireObject, options: RawDeleteOptions): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
