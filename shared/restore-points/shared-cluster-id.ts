/**
 * Is another living cluster writing restore points under this cluster's id? Pure. Invariants:
 *  1. A rebuilt cluster that was given its old id is not two: the old one's points end before the new one is made.
 *  2. Whoever has written after this cluster was made was alive beside it; after a week of silence it no longer counts as alive.
 *  3. Points that say no uid (of an earlier version) accuse nobody.
 * Two clusters that were made of one copy of etcd have one uid, and cannot be told apart by it.
 */
import { SoteriaError } from '../errors.ts';
import type { ClusterIdentity } from '../kubernetes/cluster-reader.ts';
import { catalogueKeys } from '../operation/marks.ts';
import type { Backup } from '../longhorn/objects.ts';

/** Clocks of two clusters may differ by so much. */
const clockSkewMs = 5 * 60_000;
/** More than a week, so that weekly backups are seen. */
const silenceMs = 8 * 86_400_000;

export interface Writer {
  /** The uid of the namespace kube-system of the cluster that wrote. */
  readonly uid: string;
  readonly pointCount: number;
  /** Milliseconds. */
  readonly lastAt: number;
}

/** Everyone who wrote points under that id and said who they are; the latest first. */
export function writersOf(backups: readonly Backup[], clusterId: string): Writer[] {
  const writers = new Map<string, Writer>();
  for (const { catalogue, snapshotCreatedAt = '' } of backups) {
    const uid = catalogue[catalogueKeys.clusterUid];
    const at = Date.parse(snapshotCreatedAt);
    if (catalogue[catalogueKeys.managed] !== 'true' || catalogue[catalogueKeys.clusterId] !== clusterId) continue;
    if (uid === undefined || Number.isNaN(at)) continue;
    const known = writers.get(uid);
    const pointCount = (known?.pointCount ?? 0) + 1;
    writers.set(uid, { uid, pointCount, lastAt: Math.max(at, known?.lastAt ?? at) });
  }
  return [...writers.values()].toSorted((a, b) => b.lastAt - a.lastAt || a.uid.localeCompare(b.uid));
}

/** It wrote after this cluster was made, and not long ago. */
export function mayBeAlive(lastAt: number, { bornAt }: Pick<ClusterIdentity, 'bornAt'>, now: Date): boolean {
  const born = Date.parse(bornAt ?? '');
  return !Number.isNaN(born) && lastAt > born + clockSkewMs && lastAt > now.getTime() - silenceMs;
}

export function whoShares(backups: readonly Backup[], self: ClusterIdentity, now: Date): Writer | undefined {
  if (self.uid === undefined) return undefined;
  return writersOf(backups, self.id).find(({ uid, lastAt }) => uid !== self.uid && mayBeAlive(lastAt, self, now));
}

/** `cluster_id_shared`, or undefined. */
export function whySharedId(backups: readonly Backup[], self: ClusterIdentity, now: Date): SoteriaError | undefined {
  const other = whoShares(backups, self, now);
  if (other === undefined) return undefined;
  const lastAt = new Date(other.lastAt).toISOString();
  return new SoteriaError('cluster_id_shared', {
    what: `two living clusters write restore points under the id ${self.id}`,
    why: `the cluster with uid ${other.uid} wrote one of ${lastAt}, after this one (uid ${self.uid ?? ''}) was made at ${self.bornAt ?? ''}`,
    fix: 'give one of them another SOTERIA_CLUSTER_ID: until then each takes the other’s points for its own. If the other is gone, this ends 8 days after its last point',
  });
}
