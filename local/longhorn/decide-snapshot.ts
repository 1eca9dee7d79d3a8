/** What happens to a Snapshot next. Pure. */
import type { Faults } from './fault-table.ts';

export interface SnapshotSituation {
  readonly isDeleting: boolean;
  readonly isReady: boolean;
  readonly isMarkedRemoved: boolean;
  readonly error: string;
  /** False: it describes a snapshot that must exist already. */
  readonly mustBeTaken: boolean;
  readonly volumeState: string | undefined;
  /** Its bytes are there, whatever its status says. */
  readonly isTaken: boolean;
  /** The volume's head is its child: it cannot be merged into anything yet. */
  readonly isNewest: boolean;
  readonly faults: Faults;
}

export type SnapshotAction =
  | { readonly type: 'nothing' }
  /** Its bytes are copied now, and it becomes ready. */
  | { readonly type: 'take' }
  | { readonly type: 'fail'; readonly message: string }
  /** Terminating until a newer snapshot exists: normal, not an error (longhorn.md 1.3). */
  | { readonly type: 'markRemoved' }
  | { readonly type: 'remove' }
  /** Nobody asked for it. */
  | { readonly type: 'vanish' };

export function decideSnapshot(snapshot: SnapshotSituation): SnapshotAction {
  if (snapshot.isDeleting) return decideRemoval(snapshot);
  if (snapshot.isReady || snapshot.error !== '') return { type: 'nothing' };
  if (snapshot.faults.snapshotError !== undefined) return { type: 'fail', message: snapshot.faults.snapshotError };
  if (snapshot.faults.snapshotVanishes === true) return { type: 'vanish' };
  if (snapshot.faults.snapshotNeverReady === true) return { type: 'nothing' };
  if (snapshot.volumeState === undefined) return { type: 'fail', message: 'the volume is not found' };
  if (snapshot.isTaken) return { type: 'take' };
  if (!snapshot.mustBeTaken) return { type: 'fail', message: 'the snapshot is not found in the engine' };
  // The volume attaches by itself for it.
  return snapshot.volumeState === 'attached' ? { type: 'take' } : { type: 'nothing' };
}

function decideRemoval({ isTaken, isNewest, isMarkedRemoved, volumeState }: SnapshotSituation): SnapshotAction {
  if (!isTaken || !isNewest || volumeState === undefined) return { type: 'remove' };
  return isMarkedRemoved ? { type: 'nothing' } : { type: 'markRemoved' };
}

export interface ChainLink {
  readonly name: string;
  readonly createdAt: string;
}

export interface ChainPlace {
  readonly parent: string;
  readonly children: Readonly<Record<string, true>>;
}

/** Where a snapshot stands in its volume's chain, which ends in `volume-head`. */
export function placeInChain(name: string, taken: readonly ChainLink[]): ChainPlace {
  const chain = taken.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.name, b.name));
  const at = chain.findIndex((link) => link.name === name);
  return { parent: chain[at - 1]?.name ?? '', children: { [chain[at + 1]?.name ?? 'volume-head']: true } };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
