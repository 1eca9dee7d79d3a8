/** What a prune asks of the driver whose points it deletes. Longhorn's side is `longhorn-points.ts`. */
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';

export interface StoredPoint {
  readonly facts: PointFacts;
  readonly uid: string;
  /** Nothing is done to a point that has changed since it was read. */
  readonly resourceVersion?: string | undefined;
  readonly isDeleting: boolean;
  /** In the driver's words: why its deletion has not succeeded yet. */
  readonly problem?: string | undefined;
  /** Its deletion wakes this function. */
  readonly isWatched: boolean;
}

export interface PrunablePoints {
  /** Of that volume, or of all; complete, or it throws `list_truncated`. Those of others too. */
  list(query: { readonly volume?: string | undefined }, signal?: AbortSignal): Promise<readonly StoredPoint[]>;
  /** The very point of that id; undefined: it is not there. */
  find(id: string, signal?: AbortSignal): Promise<StoredPoint | undefined>;
  /** Sets or takes off the mark by which a person holds it, where people look; `cluster_conflict` when it has changed. */
  markHeld(point: StoredPoint, isHeld: boolean, signal?: AbortSignal): Promise<void>;
  /** Why no point of the volume may be deleted at this moment: an upload, a restore or another deletion is at work. */
  whyBusy(volume: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Why the target cannot be reached; undefined: it can. */
  whyAway(target: string, signal?: AbortSignal): Promise<string | undefined>;
  /** When the driver last read the points of that volume from the target; by its own clock. */
  readAt(target: string, volume: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Has the driver read the target soon; a target that is gone is success. */
  requestReading(target: string, signal?: AbortSignal): Promise<void>;
  /** From now on its deletion wakes this function; answers it as it is then. */
  watch(point: StoredPoint, signal?: AbortSignal): Promise<StoredPoint>;
  /** A point that is gone is success. */
  unwatch(point: StoredPoint, signal?: AbortSignal): Promise<void>;
  /** Begins the deletion of this very point as it was read; `cluster_conflict` when it has changed. A point that is gone is success. */
  delete(point: StoredPoint, signal?: AbortSignal): Promise<void>;
  /** Those that wake this function. */
  listWatched(signal?: AbortSignal): Promise<readonly StoredPoint[]>;
}
