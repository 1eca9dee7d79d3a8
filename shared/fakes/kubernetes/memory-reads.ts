/** Get, list with paging, and watch on the in-memory cluster. */
import { badRequest, expired, objectNotFound, ApiRefusal } from './api-refusal.ts';
import {
  inVersion,
  keyOf,
  type ClusterState,
  type CollectionPath,
  type ObjectPath,
  type Resource,
} from './cluster-state.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import type { Change } from './object-table.ts';
import type { WireObject } from './wire-object.ts';

export interface SelectorQuery {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface RawListQuery extends SelectorQuery {
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
  /** The list exactly as it was then, or newer than then. */
  readonly resourceVersion?: { readonly match: 'Exact' | 'NotOlderThan'; readonly revision: number } | undefined;
}

export interface RawList {
  readonly items: readonly WireObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  /** Only known when nothing was filtered out. */
  readonly remainingItemCount?: number;
}

export interface RawWatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: WireObject;
}

export function findObject(state: ClusterState, path: ObjectPath): WireObject | undefined {
  const resource = state.resolve(path);
  const object = resource.table.get(keyOf(resource.kind, path.namespace, path.name));
  return object === undefined ? undefined : inVersion(resource, object);
}

export function readObject(state: ClusterState, path: ObjectPath): WireObject {
  const object = findObject(state, path);
  if (object === undefined) throw objectNotFound(state.resolve(path).kind, path.name);
  return object;
}

export function readList(state: ClusterState, path: CollectionPath, query: RawListQuery = {}): RawList {
  const resource = state.resolve(path);
  const isSelected = selection(resource, query);
  const { revision, after } = startOf(state, query);
  const prefix = prefixOf(path);
  const scan = resource.table.scanAt(revision, prefix, after);
  if (scan === undefined) throw tooOld(revision, query.continueToken !== undefined);
  const limit = query.limit !== undefined && query.limit > 0 ? query.limit : Number.POSITIVE_INFINITY;
  const items: WireObject[] = [];
  let last = '';
  let remaining = 0;
  for (const [key, object] of scan) {
    if (!isSelected(object)) continue;
    if (items.length >= limit) {
      remaining += 1;
      if (hasSelector(query)) break;
    } else {
      items.push(inVersion(resource, object));
      last = key;
    }
  }
  const resourceVersion = String(revision);
  if (remaining === 0) return { items, resourceVersion };
  const continueToken = writeToken({ revision, after: last });
  return { items, resourceVersion, continueToken, ...(hasSelector(query) ? {} : { remainingItemCount: remaining }) };
}

/** Delivers what happened after `since`, then everything that happens, in order; returns how to stop it. */
export function watchFrom(
  state: ClusterState,
  path: CollectionPath,
  query: SelectorQuery,
  since: number,
  deliver: (event: RawWatchEvent) => void,
): () => void {
  const resource = state.resolve(path);
  const isSelected = selection(resource, query);
  const prefix = prefixOf(path);
  const isSeen = (object: WireObject, key: string) => key.startsWith(prefix) && isSelected(object);
  const pass = (change: Change) => {
    const event = eventOf(change, isSeen);
    if (event !== undefined) deliver({ type: event.type, object: inVersion(resource, event.object) });
  };
  const isKnown = Number.isSafeInteger(since) && since <= state.revision;
  const past = !isKnown ? undefined : resource.table.changesSince(since);
  if (past === undefined) throw expired(`too old resource version: ${since} (${state.revision})`);
  const caughtUpTo = state.revision;
  for (const change of past) pass(change);
  return resource.table.subscribe((change) => {
    if (change.revision > caughtUpTo) pass(change);
  });
}

/** Entering a selection is an addition to who watches it, leaving it a deletion. */
function eventOf(change: Change, isSeen: (object: WireObject, key: string) => boolean): RawWatchEvent | undefined {
  const { key, object, previous, type } = change;
  const wasSeen = previous !== undefined && isSeen(previous, key);
  if (type !== 'deleted' && isSeen(object, key)) return { type: wasSeen ? 'MODIFIED' : 'ADDED', object };
  if (!wasSeen) return undefined;
  if (type === 'deleted') return { type: 'DELETED', object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

function selection(resource: Resource, query: SelectorQuery): (object: WireObject) => boolean {
  const { labelSelector, fieldSelector } = query;
  const hasLabels = labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  const hasFields =
    fieldSelector === undefined ? undefined : parseFieldSelector(fieldSelector, resource.version.selectableFields);
  return (object) => (hasLabels?.(object.metadata.labels) ?? true) && (hasFields?.(object) ?? true);
}

function hasSelector(query: SelectorQuery): boolean {
  return (query.labelSelector ?? '') !== '' || (query.fieldSelector ?? '') !== '';
}

function prefixOf(path: CollectionPath): string {
  return path.namespace === undefined ? '' : `${path.namespace}/`;
}

interface Start {
  readonly revision: number;
  readonly after: string;
}

function startOf(state: ClusterState, query: RawListQuery): Start {
  if (query.continueToken !== undefined && query.continueToken !== '') return readToken(query.continueToken);
  const wanted = query.resourceVersion;
  if (wanted !== undefined && wanted.revision > state.revision) {
    throw new ApiRefusal(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${wanted.revision}, current: ${state.revision}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
        retryAfterSeconds: 1,
      },
    );
  }
  return { revision: wanted?.match === 'Exact' ? wanted.revision : state.revision, after: '' };
}

function writeToken(start: Start): string {
  return Buffer.from(JSON.stringify([start.revision, start.after])).toString('base64url');
}

function readToken(token: string): Start {
  try {
    const [revision, after]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof revision === 'number' && typeof after === 'string') return { revision, after };
  } catch {
    // Not a token of ours: refused below.
  }
  throw badRequest('invalid continue token');
}

function tooOld(revision: number, isContinued: boolean): ApiRefusal {
  return expired(
    isContinued
      ? 'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.'
      : `The resourceVersion for the provided list is too old: ${revision}`,
  );
}
