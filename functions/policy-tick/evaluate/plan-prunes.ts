/** What every policy would prune now, volume by volume: the same for the tick, for the door and for the preview. */
import type { Holds } from '../prune/holds.ts';
import { planPrune, type PrunePlan } from '../prune/plan-prune.ts';
import { wantedPoints } from '../prune/wanted-points.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import { liveVolumesOf, pointsByPolicy } from '../retention/gather-points.ts';
import type { PolicyMemory } from '../store/policy-memory.ts';
import type { ClusterSeen } from './gather-claims.ts';
import type { ClusterSources } from './look-at-cluster.ts';

export interface PrunesQuestion {
  readonly policies: readonly ResolvedPolicy[];
  readonly seen: ClusterSeen;
  readonly memory: ReadonlyMap<string, PolicyMemory>;
}

/** `<driver>:<target>/<backup>` */
function targetInId(id: string): string {
  return id.slice(id.indexOf(':') + 1, id.lastIndexOf('/'));
}

async function findAway(
  { longhorn }: Pick<ClusterSources, 'longhorn'>,
  signal: AbortSignal | undefined,
): Promise<(target: string) => boolean> {
  const targets = await longhorn.listTargets(signal);
  const there = new Set(targets.flatMap(({ name, isAvailable }) => (isAvailable ? [name] : [])));
  return (target) => !there.has(target);
}

function withHolds(
  { points, operations }: ClusterSeen,
  held: Awaited<ReturnType<Holds['list']>>,
): ClusterSeen['points'] {
  const wanted = wantedPoints(operations, points);
  if (held.size === 0 && wanted.size === 0) return points;
  return points.map((point) => (held.has(point.id) || wanted.has(point.id) ? { ...point, held: true } : point));
}

/** By policy, then by claim; also those that delete nothing. */
export async function planPrunes(
  sources: Pick<ClusterSources, 'longhorn' | 'holds' | 'now'>,
  { policies, seen, memory }: PrunesQuestion,
  signal?: AbortSignal,
): Promise<readonly PrunePlan[]> {
  if (policies.length === 0) return [];
  const [held, isAway] = await Promise.all([sources.holds.list(signal), findAway(sources, signal)]);
  const { proofs, operations, claims, persistentVolumes, sharedId } = seen;
  const backups = operations.filter(({ spec }) => spec.kind === 'Backup');
  const liveVolumes = liveVolumesOf(claims, persistentVolumes);
  const found = pointsByPolicy({ points: withHolds(seen, held), proofs, backups, liveVolumes });
  const now = sources.now();
  return policies.flatMap((policy) =>
    (found.get(policy.id) ?? []).map((of) => {
      const targets = new Set(of.points.map(({ id }) => targetInId(id)));
      const hindrances = [
        ...([...targets].some(isAway) ? (['target_unavailable'] as const) : []),
        ...(sharedId === undefined ? [] : (['shared_cluster_id'] as const)),
      ];
      return planPrune({ policy, of, hasPruned: memory.get(policy.id)?.prunedAt !== undefined, hindrances, now });
    }),
  );
}
