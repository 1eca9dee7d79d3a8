/** What happens to a Snapshot next. Pure. */
import type { Faults } from './fault-table.ts';

export interface SnapshotSituation {
  readonly isDeleting: boolean;
  readonly isReady: boolean;
  readonly isMarkedRemoved: boolean;
  /** What Longhorn waits for before it takes the snapshot. */
  readonly error: string;
  /** False: the object describes a snapshot that must exist already. */
  readonly mustBeTaken: boolean;
  readonly volumeName: string;
  readonly volumeState: string | undefined;
  /** The status holds the instant of the snapshot. */
  readonly hasInstant: boolean;
  /** The copy exists, whatever the status says. */
  readonly isTaken: boolean;
  /** The volume's head is its child, so the snapshot cannot be merged yet. */
  readonly isNewest: boolean;
  readonly faults: Faults;
}

export type SnapshotAction =
  | { readonly type: 'nothing' }
  /** Copies the bytes now; then the snapshot is ready. */
  | { readonly type: 'take' }
  /** The snapshot cannot be taken now; its status says why, and Longhorn retries (since 1.8). */
  | { readonly type: 'wait'; readonly message: string }
  /** The snapshot was taken and the engine has lost it: final. */
  | { readonly type: 'lose'; readonly message: string }
  /** Terminating until a newer snapshot exists: normal, not an error (longhorn.md 1.3). */
  | { readonly type: 'markRemoved' }
  | { readonly type: 'remove' }
  /** The snapshot was not requested. */
  | { readonly type: 'vanish' };

export function decideSnapshot(snapshot: SnapshotSituation): SnapshotAction {
  if (snapshot.isDeleting) return decideRemoval(snapshot);
  const { faults, hasInstant } = snapshot;
  if (faults.snapshotLost === true && (snapshot.isReady || snapshot.volumeState === 'attached')) {
    return snapshot.error === '' || !hasInstant ? { type: 'lose', message: lostMessage } : { type: 'nothing' };
  }
  if (snapshot.isReady || hasInstant) return { type: 'nothing' };
  if (faults.snapshotVanishes === true) return { type: 'vanish' };
  const why = whyNotYet(snapshot);
  if (why === undefined) return faults.snapshotNeverReady === true ? { type: 'nothing' } : { type: 'take' };
  return snapshot.error === why ? { type: 'nothing' } : { type: 'wait', message: why };
}

const lostMessage = 'lost track of the corresponding snapshot info inside volume engine';

/** Longhorn reports it at once, attaches the volume, and takes the snapshot when the engine runs. */
function whyNotYet(snapshot: SnapshotSituation): string | undefined {
  if (snapshot.faults.snapshotError !== undefined) return snapshot.faults.snapshotError;
  if (snapshot.volumeState === undefined) return `failed to get volume ${snapshot.volumeName}`;
  if (snapshot.isTaken) return undefined;
  if (!snapshot.mustBeTaken) return lostMessage;
  if (snapshot.volumeState === 'attached') return undefined;
  const engine = `${snapshot.volumeName}-e-0`;
  return `failed to take snapshot because the volume engine ${engine} is not running. Waiting for the volume to be attached`;
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
