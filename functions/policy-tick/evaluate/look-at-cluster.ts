/** Reads what a tick decides by, page by page. A truncated list throws: nothing is decided by half a cluster. */
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { namespaces, persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import { longhornPoints, toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { judgeBy } from '@soteria/shared/restore-points/judge-points.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import type { ClusterIdentity } from '@soteria/shared/settings/cluster-reader.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { Holds } from '../prune/holds.ts';
import type { Hindrance } from '../tick/judge-claim.ts';
import type { ClusterSeen } from './gather-claims.ts';

export interface ClusterSources {
  readonly client: KubernetesClient;
  readonly longhornNamespace: string;
  readonly longhorn: Pick<Longhorn, 'backups' | 'listTargets'>;
  readonly identity: (signal?: AbortSignal) => Promise<ClusterIdentity>;
  readonly holds: Pick<Holds, 'list'>;
  readonly now: () => Date;
  readonly verified: Pick<VerifiedPoints, 'proofs'>;
  readonly ownClusters: (signal?: AbortSignal) => Promise<OwnClusters>;
}

/** `listOperations`: one read may serve the sweep beside this evaluation too. */
export async function lookAtCluster(
  sources: ClusterSources,
  listOperations: () => Promise<readonly Operation[]>,
  signal?: AbortSignal,
): Promise<ClusterSeen> {
  const { client, longhorn, verified, ownClusters, identity, now } = sources;
  const all = [
    Array.fromAsync(listAll(client, namespaces, {}, { signal })),
    Array.fromAsync(listAll(client, persistentVolumeClaims, {}, { signal })),
    Array.fromAsync(listAll(client, persistentVolumes, {}, { signal })),
    longhorn.backups.list({}, signal),
    ownClusters(signal),
    listOperations(),
    verified.proofs(signal),
    identity(signal),
  ] as const;
  const [spaces, claims, volumes, points, own, operations, proofs, self] = await Promise.all(all);
  const judge = judgeBy(proofs);
  return {
    namespaces: spaces,
    claims,
    persistentVolumes: new Map(volumes.map((one) => [one.metadata.name, one])),
    points: points.map((one) => judge(toRestorePoint(one, own))),
    proofs,
    operations,
    sharedId: whySharedId(
      points.map((one) => longhornPoints.describe(one)),
      self,
      now(),
    ),
  };
}

/** While the target is away, or its points are gone all of a sudden, nothing becomes due: the newest points cannot be known. */
export async function findHindrance(
  { longhorn }: ClusterSources,
  { isPaused, pointCount, recordedPoints }: { isPaused: boolean; pointCount: number; recordedPoints: boolean },
  signal?: AbortSignal,
): Promise<Hindrance | undefined> {
  if (isPaused) return { code: 'paused', detail: 'the switch in the ConfigMap soteria-settings is on' };
  const targets = await longhorn.listTargets(signal);
  const usable = targets.filter(({ url }) => url !== '');
  const away = usable.find(({ isAvailable }) => !isAvailable);
  if (usable.length === 0 || (away !== undefined && usable.every(({ isAvailable }) => !isAvailable))) {
    const name = away?.name ?? 'default';
    return { code: 'target_unavailable', detail: `${name}: ${away?.unavailableMessage ?? 'it has no URL'}` };
  }
  if (pointCount === 0 && recordedPoints) {
    return { code: 'catalogue_empty', detail: 'Longhorn lists no backup, and Operations say that there are some' };
  }
  return undefined;
}
