/** The plan of one Operation, decided from what is there now. Pure. */
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { judgeBy } from '@soteria/shared/restore-points/judge-points.ts';
import { restorePointOf } from '@soteria/shared/restore-points/restore-point.ts';
import { pointsByPolicy } from '../retention/gather-points.ts';
import { planPrune, type PrunePlan } from './plan-prune.ts';
import type { KnownPolicy, PruneFacts, PruneWorld } from './world.ts';

/** Undefined: the claim has none, and none is named. */
export function volumeOf({ spec, status }: Operation, { liveVolume }: PruneWorld): string | undefined {
  return status?.work?.volume ?? spec.request.volume ?? liveVolume?.seen;
}

export interface PlanQuestion {
  readonly operation: Operation;
  readonly known: KnownPolicy;
  readonly volume: string;
  readonly liveVolume: string | undefined;
  readonly facts: PruneFacts;
  readonly now: Date;
}

export function planOf({ operation, known, volume, liveVolume, facts, now }: PlanQuestion): PrunePlan {
  const { policy, hasPruned } = known;
  const { namespace, pvc } = sourceRefOf(operation);
  const { points, proof, own, backups, held, sharedId, away } = facts;
  const proofs = proof === undefined ? [] : [proof];
  const judge = judgeBy(proofs);
  const seen = points.map(({ facts: one }) =>
    judge(restorePointOf({ ...one, held: one.held || held.has(one.id) }, own)),
  );
  const liveVolumes = new Map(liveVolume === undefined ? [] : [[`${namespace}/${pvc}`, liveVolume]]);
  const found = pointsByPolicy({ points: seen, proofs, backups, liveVolumes }).get(policy.id) ?? [];
  const none = { policy: policy.id, namespace, pvc, volume, points: [], isDeleted: false, hasNewestFailed: false };
  const of = found.find((one) => one.namespace === namespace && one.pvc === pvc && one.volume === volume) ?? none;
  const hindrances = [
    ...(away.size > 0 ? (['target_unavailable'] as const) : []),
    ...(sharedId === undefined ? [] : (['shared_cluster_id'] as const)),
  ];
  return planPrune({ policy, of, hasPruned, hindrances, confirm: operation.spec.request.confirm, now });
}
