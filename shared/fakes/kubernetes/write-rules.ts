/** What kube-apiserver makes of an object on its way into the store: system fields, status isolation, generations. Pure. */
import { badRequest, invalid, ApiRefusal, conflict, modifiedMeanwhile } from './api-refusal.ts';
import { groupVersion, type KindDefinition, type KindVersion } from './memory-kinds.ts';
import {
  isSameJson,
  isWireObject,
  objectAt,
  textAt,
  without,
  type JsonObject,
  type WireMeta,
  type WireObject,
} from './wire-object.ts';

export interface CreateContext {
  readonly namespace: string | undefined;
  /** RFC 3339, whole seconds. */
  readonly now: string;
  readonly makeUid: () => string;
  /** Five characters for a `generateName`; asked again while the name is taken. */
  readonly makeSuffix: () => string;
  readonly isTaken: (name: string) => boolean;
}

export type Subresource = 'status' | undefined;

const maxGeneratedPrefix = 58;
const serverOwned = ['managedFields', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion'];

/** Objects are kept in the kind's preferred version; other versions differ by their `apiVersion` only. */
export function storedApiVersion(kind: KindDefinition): string {
  return groupVersion(kind.group, kind.versions[0]?.name ?? '');
}

/** A new object with its name, uid and time, before admission. */
export function draftObject(
  kind: KindDefinition,
  version: KindVersion,
  body: JsonObject,
  context: CreateContext,
): WireObject {
  checkTypeOf(kind, version, body);
  const given = objectAt(body, 'metadata');
  checkNamespaceOf(given, context.namespace);
  if (isRevision(given['resourceVersion'])) {
    throw new ApiRefusal(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const metadata = {
    ...without(given, ...serverOwned, 'namespace', 'generation'),
    name: chooseName(given, context),
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
    uid: context.makeUid(),
    creationTimestamp: context.now,
    ...(kind.hasGeneration ? { generation: 1 } : {}),
  };
  const isolated = version.hasStatus && kind.plural !== 'nodes' ? without(body, 'status') : body;
  const object = { ...isolated, apiVersion: storedApiVersion(kind), kind: kind.kind, metadata };
  return asWire(kind.complete?.(object, context.now) ?? object);
}

function chooseName(metadata: JsonObject, context: CreateContext): string {
  const name = textAt(metadata, 'name');
  if (name !== undefined) return name;
  const prefix = textAt(metadata, 'generateName')?.slice(0, maxGeneratedPrefix);
  if (prefix === undefined) return '';
  for (;;) {
    const generated = `${prefix}${context.makeSuffix()}`;
    if (!context.isTaken(generated)) return generated;
  }
}

/** `how` decides what a foreign uid means: a failed precondition of a replace, an immutable field of a patch. */
export function checkPreconditions(
  kind: KindDefinition,
  current: WireObject,
  incoming: JsonObject,
  how: 'replace' | 'patch',
  subresource: Subresource,
): void {
  const { name, uid, resourceVersion } = current.metadata;
  const given = objectAt(incoming, 'metadata');
  const givenUid = textAt(given, 'uid');
  const givenVersion = given['resourceVersion'];
  if (isRevision(givenVersion)) {
    if (givenVersion !== resourceVersion) throw modifiedMeanwhile(kind, name);
  } else if (kind.isCustom) {
    throw invalid(kind, name, [fieldInvalid('metadata.resourceVersion', '0', 'must be specified for an update')]);
  }
  if (givenUid === undefined || givenUid === uid) return;
  if (how === 'replace') {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${givenUid}, UID in object meta: ${uid}`);
  }
  if (kind.isCustom && subresource === 'status') return;
  throw invalid(kind, name, [fieldInvalid('metadata.uid', JSON.stringify(givenUid), 'field is immutable')]);
}

/** The next state before admission: what this endpoint may not write is taken from the current one. */
export function mergeUpdate(
  kind: KindDefinition,
  version: KindVersion,
  current: WireObject,
  incoming: JsonObject,
  subresource: Subresource,
): WireObject {
  checkTypeOf(kind, version, incoming);
  const given = objectAt(incoming, 'metadata');
  const name = textAt(given, 'name');
  if (name !== undefined && name !== current.metadata.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${current.metadata.name})`);
  }
  checkNamespaceOf(given, current.metadata.namespace);
  const metadata = keepSystemFields(current.metadata, given);
  if (subresource === 'status') {
    return asWire({
      ...without(current, 'status'),
      metadata: kind.isCustom ? current.metadata : metadata,
      ...pick(incoming, 'status'),
    });
  }
  return asWire({
    ...(version.hasStatus ? without(incoming, 'status') : incoming),
    apiVersion: current.apiVersion,
    kind: current.kind,
    metadata,
    ...(version.hasStatus ? pick(current, 'status') : {}),
  });
}

function keepSystemFields(current: WireMeta, given: JsonObject): JsonObject {
  return {
    ...without(given, ...serverOwned, 'generation'),
    name: current.name,
    ...pick(current, 'namespace'),
    uid: current.uid,
    resourceVersion: current.resourceVersion,
    ...pick(current, 'generation'),
    creationTimestamp: current.creationTimestamp,
    ...pick(current, 'deletionTimestamp'),
    ...pick(current, 'deletionGracePeriodSeconds'),
  };
}

/** After admission: `current` itself when nothing differs, otherwise the object to store with its generation counted. */
export function settleUpdate(
  kind: KindDefinition,
  version: KindVersion,
  current: WireObject,
  next: WireObject,
): WireObject {
  const metadata = dropEmpty(next.metadata);
  const settled = { ...next, metadata };
  if (isSameJson(settled, current)) return current;
  checkNoNewFinalizers(kind, current, settled);
  if (!kind.hasGeneration) return settled;
  const outside = version.hasStatus ? ['metadata', 'status'] : ['metadata'];
  if (isSameJson(without(settled, ...outside), without(current, ...outside))) return settled;
  return { ...settled, metadata: { ...metadata, generation: (current.metadata.generation ?? 0) + 1 } };
}

/** Empty finalizers, labels and annotations are not kept, as the server's own encoding drops them. */
export function dropEmpty(metadata: WireMeta): WireMeta {
  const empty = Object.keys(metadata).filter((key) => isEmpty(metadata[key]));
  if (empty.length === 0) return metadata;
  const kept = { ...metadata };
  for (const key of empty) Reflect.deleteProperty(kept, key);
  return kept;
}

function isEmpty(member: unknown): boolean {
  if (member === null || member === undefined) return true;
  return typeof member === 'object' && Object.keys(member).length === 0;
}

function checkNoNewFinalizers(kind: KindDefinition, current: WireObject, next: WireObject): void {
  if (current.metadata.deletionTimestamp === undefined) return;
  const known = new Set(current.metadata.finalizers);
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return;
  throw invalid(kind, current.metadata.name, [
    {
      reason: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    },
  ]);
}

/** The object marked as being deleted, which its finalizers keep alive. */
export function markDeleted(current: WireObject, now: string): WireObject {
  const { generation } = current.metadata;
  return {
    ...current,
    metadata: {
      ...current.metadata,
      deletionTimestamp: now,
      deletionGracePeriodSeconds: 0,
      ...(generation === undefined ? {} : { generation: generation + 1 }),
    },
  };
}

function checkTypeOf(kind: KindDefinition, version: KindVersion, body: JsonObject): void {
  const expected = groupVersion(kind.group, version.name);
  const accepted = new Set([expected, storedApiVersion(kind)]);
  const { apiVersion, kind: givenKind } = body;
  const isLeftOut = apiVersion === undefined && givenKind === undefined && !kind.isCustom;
  if (isLeftOut || (givenKind === kind.kind && accepted.has(String(apiVersion)))) return;
  throw badRequest(
    `the object provided (${String(givenKind)} in version ${String(apiVersion)}) must be a ${kind.kind} in version ${expected}`,
  );
}

function checkNamespaceOf(metadata: JsonObject, namespace: string | undefined): void {
  const given = textAt(metadata, 'namespace');
  if (given === undefined || given === namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function isRevision(given: unknown): boolean {
  return given !== undefined && given !== null && given !== '' && given !== '0';
}

function fieldInvalid(field: string, value: string, why: string) {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${value}: ${why}` };
}

function pick(object: JsonObject, key: string): JsonObject {
  return object[key] === undefined ? {} : { [key]: object[key] };
}

function asWire(object: JsonObject): WireObject {
  if (!isWireObject(object)) throw badRequest('the object has no apiVersion, kind, or metadata with name and uid');
  return object;
}
