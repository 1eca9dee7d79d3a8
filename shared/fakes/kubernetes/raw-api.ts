/** The in-memory cluster on plain JSON: what its HTTP front serves. Every refusal is thrown as an ApiRefusal. */
import type { CollectionPath, ObjectPath } from './cluster-state.ts';
import type { RawList, RawListQuery, RawWatchEvent, SelectorQuery } from './memory-reads.ts';
import type { Deletion, RawDeleteOptions, Writes } from './memory-writes.ts';
import type { WireObject } from './wire-object.ts';

/**
 * What is returned and delivered is shared with the cluster and must not be changed; bodies that are passed in belong to the
 * cluster afterwards.
 */
export interface RawApi extends Writes {
  get(path: ObjectPath): WireObject;
  /** As `get`; undefined: there is no such object. An error is dear to make, and most reads of a simulation find nothing. */
  find(path: ObjectPath): WireObject | undefined;
  list(path: CollectionPath, query?: RawListQuery): RawList;
  /** Delivers what happened after revision `since`, then what happens, until the returned function is called. */
  watch(path: CollectionPath, query: SelectorQuery, since: number, deliver: (event: RawWatchEvent) => void): () => void;
}

export type { CollectionPath, Deletion, ObjectPath, RawDeleteOptions, RawList, RawListQuery, RawWatchEvent };
export type { SelectorQuery };
