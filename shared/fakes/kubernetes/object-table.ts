/**
 * All objects of one kind, in key order, with the history of their changes. Objects are never changed in place, so old states
 * cost nothing to keep: a page or a watch that starts in the past is answered from them, until the history has forgotten it.
 */
import type { WireObject } from './wire-object.ts';

export interface Change {
  /** `namespace/name`, or the name of a cluster-scoped object. */
  readonly key: string;
  readonly revision: number;
  readonly type: 'added' | 'modified' | 'deleted';
  /** The state after; of a deletion the last state, with the revision of the deletion. */
  readonly object: WireObject;
  readonly previous: WireObject | undefined;
}

export interface ObjectTable {
  readonly size: number;
  get(key: string): WireObject | undefined;
  /** In key order, those whose key starts with `prefix`. */
  scan(prefix: string, after?: string): Iterable<readonly [key: string, object: WireObject]>;
  /** Like `scan`, as it was at that revision; undefined when the history no longer reaches back that far. */
  scanAt(revision: number, prefix: string, after?: string): Iterable<readonly [string, WireObject]> | undefined;
  /** Undefined when the history no longer reaches back that far. */
  changesSince(revision: number): readonly Change[] | undefined;
  apply(change: Change): void;
  subscribe(listener: (change: Change) => void): () => void;
  /** Watches and pages that start at or before this revision are refused from now on, except at exactly this one. */
  forgetHistory(revision: number): void;
}

export function createObjectTable(historyLimit: number, createdAtRevision: number): ObjectTable {
  const objects = new Map<string, WireObject>();
  const keys: string[] = [];
  const subscribers = new Set<(change: Change) => void>();
  const unpublished: Change[] = [];
  let history: Change[] = [];
  let forgottenThrough = createdAtRevision;
  let isPublishing = false;

  function* scan(prefix: string, after = ''): Generator<readonly [string, WireObject]> {
    let index = after === '' ? firstAtOrAfter(keys, prefix) : firstAtOrAfter(keys, after);
    if (keys[index] === after) index += 1;
    for (; index < keys.length; index += 1) {
      const key = keys[index] ?? '';
      if (!key.startsWith(prefix)) return;
      const object = objects.get(key);
      if (object !== undefined) yield [key, object];
    }
  }

  function changesSince(revision: number): readonly Change[] | undefined {
    if (revision < forgottenThrough) return undefined;
    let first = history.length;
    while (first > 0 && (history[first - 1]?.revision ?? 0) > revision) first -= 1;
    return history.slice(first);
  }

  function remember(change: Change): void {
    history.push(change);
    if (history.length < historyLimit * 2) return;
    const dropped = history.length - historyLimit;
    forgottenThrough = history[dropped - 1]?.revision ?? forgottenThrough;
    history = history.slice(dropped);
  }

  /** A listener that writes must not make the others see the second change before the first. */
  function publish(change: Change): void {
    if (subscribers.size === 0) return;
    unpublished.push(change);
    if (isPublishing) return;
    isPublishing = true;
    try {
      for (let next = unpublished.shift(); next !== undefined; next = unpublished.shift()) {
        for (const listener of subscribers) listener(next);
      }
    } finally {
      isPublishing = false;
    }
  }

  return {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    scan,
    scanAt(revision, prefix, after = '') {
      const since = changesSince(revision);
      if (since === undefined) return undefined;
      if (since.length === 0) return scan(prefix, after);
      const then = new Map<string, WireObject | undefined>();
      for (const { key, previous } of since) if (!then.has(key)) then.set(key, previous);
      const merged = new Map<string, WireObject>();
      for (const [key, object] of scan(prefix, after)) if (!then.has(key)) merged.set(key, object);
      for (const [key, object] of then) {
        if (object !== undefined && key.startsWith(prefix) && key > after) merged.set(key, object);
      }
      return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
    },
    changesSince,
    apply(change) {
      const { key, object, type } = change;
      if (type === 'deleted') {
        if (objects.delete(key)) keys.splice(firstAtOrAfter(keys, key), 1);
      } else {
        if (!objects.has(key)) keys.splice(firstAtOrAfter(keys, key), 0, key);
        objects.set(key, object);
      }
      remember(change);
      publish(change);
    },
    subscribe(listener) {
      subscribers.add(listener);
      return () => subscribers.delete(listener);
    },
    forgetHistory(revision) {
      forgottenThrough = revision;
      history = [];
    },
  };
}

function firstAtOrAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
