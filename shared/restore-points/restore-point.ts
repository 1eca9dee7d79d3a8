/** A restore point as a caller sees it: the facts of its driver, its owner, and the verdicts of restore tests. Pure. */
import type { Standing } from './claim-proof.ts';
import { isOwnCluster, type OwnClusters } from '../settings/own-clusters.ts';
import type { PointDriver, PointFacts } from './port.ts';

/** One restore point in `GET /v1/backups`; sizes in bytes, instants RFC 3339, null where the driver does not know (yet). */
export interface RestorePoint extends Omit<PointFacts, 'name' | 'target' | 'made_by' | 'cluster_uid'> {
  readonly restorable: boolean;
  /**
   * True: of an earlier volume than the claim has now, which was deleted and made again under its name. Null: not compared, because the
   * claim is gone, or it is not the list of one claim.
   */
  readonly of_earlier_volume: boolean | null;
  /** The strongest proof that stands: when a restore test came to it, and how far it goes. */
  readonly verified_at: string | null;
  readonly verified_strength: string | null;
  /** Why the proof is weaker than it could be. */
  readonly verified_weaker: readonly string[];
  /** When a restore test refuted it, and the kind of check that failed. A proof that goes further stands beside it. */
  readonly refuted_at: string | null;
  readonly refuted_strength: string | null;
  readonly refuted_because: string | null;
  readonly origin: 'own' | 'other-cluster' | 'recurring-job' | 'foreign';
}

/** A point beside its driver's own record of it. */
export interface KnownPoint<Source> {
  readonly source: Source;
  /** The driver's own name of it. */
  readonly name: string;
  readonly point: RestorePoint;
}

function originOf({ made_by: maker, cluster_id: clusterId }: PointFacts, own: OwnClusters): RestorePoint['origin'] {
  if (maker === 'soteria') return isOwnCluster(own, clusterId ?? undefined) ? 'own' : 'other-cluster';
  return maker === 'recurring-job' ? maker : 'foreign';
}

/** Until the restore tests have been read. */
const unjudged = {
  verified_at: null,
  verified_strength: null,
  verified_weaker: [],
  refuted_at: null,
  refuted_strength: null,
  refuted_because: null,
};

export function restorePointOf(facts: PointFacts, own: OwnClusters): RestorePoint {
  const { name: _name, target: _target, made_by: _maker, cluster_uid: _uid, ...shown } = facts;
  return {
    ...shown,
    restorable: facts.reason === undefined,
    of_earlier_volume: null,
    ...unjudged,
    origin: originOf(facts, own),
  };
}

export function knownPoints<Source>(
  { describe }: Pick<PointDriver<Source>, 'describe'>,
  sources: readonly Source[],
  own: OwnClusters,
): KnownPoint<Source>[] {
  return sources.map((source) => {
    const facts = describe(source);
    return { source, name: facts.name, point: restorePointOf(facts, own) };
  });
}

/** With what stands of all that restore tests said about it. */
export function withJudgements(point: RestorePoint, { verified, refuted }: Standing): RestorePoint {
  return {
    ...point,
    verified_at: verified?.at ?? null,
    verified_strength: verified?.strength ?? null,
    verified_weaker: verified?.weaker ?? [],
    refuted_at: refuted?.at ?? null,
    refuted_strength: refuted?.strength ?? null,
    refuted_because: refuted?.why ?? null,
  };
}
