/**
 * Is another living cluster writing restore points under this cluster's id? Pure. Invariants:
 *  1. A rebuilt cluster that was given its old id is not two: the old one's points end before the new one is made.
 *  2. A cluster that has written after this one was made was alive beside it; after a week of silence it no longer counts as alive.
 *  3. Points without a uid (of an earlier version) are evidence of nothing.
 * Two clusters that were made of one copy of etcd have one uid, and cannot be told apart by it.
 */
import { SoteriaError } from '../errors.ts';
import type { ClusterIdentity } from '../settings/cluster-reader.ts';
import { instantOf } from './order.ts';
import type { PointFacts } from './port.ts';

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

/** Every cluster that wrote points under that id and recorded its uid; the latest first. */
export function writersOf(points: readonly PointFacts[], clusterId: string): Writer[] {
  const writers = new Map<string, Writer>();
  for (const point of points) {
    const { cluster_uid: uid } = point;
    const at = instantOf(point);
    if (point.made_by !== 'soteria' || point.cluster_id !== clusterId) continue;
    if (uid === null || Number.isNaN(at)) continue;
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

export function findSharer(points: readonly PointFacts[], self: ClusterIdentity, now: Date): Writer | undefined {
  if (self.uid === undefined) return undefined;
  return writersOf(points, self.id).find(({ uid, lastAt }) => uid !== self.uid && mayBeAlive(lastAt, self, now));
}

/** `cluster_id_shared`, or undefined. */
export function whySharedId(points: readonly PointFacts[], self: ClusterIdentity, now: Date): SoteriaError | undefined {
  const other = findSharer(points, self, now);
  if (other === undefined) return undefined;
  const lastAt = new Date(other.lastAt).toISOString();
  return new SoteriaError('cluster_id_shared', {
    what: `two living clusters write restore points under the id ${self.id}`,
    why: `the cluster with uid ${other.uid} wrote one of ${lastAt}, after this one (uid ${self.uid ?? ''}) was made at ${self.bornAt ?? ''}`,
    fix: 'give one of them another SOTERIA_CLUSTER_ID: until then each counts the other’s points as its own. If the other is gone, this ends 8 days after its last point',
  });
}
