/**
 * The restore of a whole namespace, claim by claim: of each claim the newest point at or before one instant. The claims come from the
 * points, because the namespace itself may be gone; where it lives, its claims without a point are listed beside them. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { isOwnCluster, noClusters, type OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';
import { type KnownPoint, knownPoints } from '@soteria/shared/restore-points/restore-point.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { LeftOut } from '@soteria/shared/operation/many/many.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { dnsSubdomain } from '@soteria/shared/operation/kinds/fields.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyExcluded } from '@soteria/shared/operation/record/why-excluded.ts';
import { noUrls, selectRestorePoint } from '@soteria/shared/restore-points/select-restore-point.ts';
import { restoredFromAnnotation } from '../../../drivers/restore/about-operation.ts';

/** What the claims to restore are made from. */
export interface NamespaceSource {
  readonly points?: readonly PointFacts[];
  readonly ownClusters?: OwnClusters;
  /** Of the target namespace. */
  readonly claims?: readonly PersistentVolumeClaim[];
  /** Of the source namespace; looked at once, before the restore begins. */
  readonly living?: readonly PersistentVolumeClaim[];
}

export interface NamespaceSituation {
  readonly operation: Operation;
  readonly source: NamespaceSource;
  readonly now: Date;
}

export interface ChosenPoint {
  /** Id. */
  readonly id: string;
  readonly dataAsOf: string | undefined;
}

export interface PlannedClaim {
  readonly pvc: string;
  readonly targetPvc: string;
  /** Or why the claim cannot be restored. */
  readonly point: ChosenPoint | { readonly why: string };
  /** True: an earlier run has restored that very point under that name. */
  readonly isThere: boolean;
}

/** In the order of the cursor. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Claim → its points: a claim is then chosen for without looking at those of all others. */
type Known = KnownPoint<PointFacts>;

function pointsByClaim(operation: Operation, points: readonly PointFacts[], own: OwnClusters): Map<string, Known[]> {
  const { clusterId: wanted } = operation.spec.request;
  const { namespace } = sourceRefOf(operation);
  const found = new Map<string, Known[]>();
  for (const known of knownPoints({ describe: (facts: PointFacts) => facts }, points, own)) {
    const { point } = known;
    if (point.namespace !== namespace || point.pvc === null) continue;
    if (wanted === undefined ? point.origin === 'other-cluster' : point.cluster_id !== wanted) continue;
    found.set(point.pvc, [...(found.get(point.pvc) ?? []), known]);
  }
  return found;
}

/** Of what was made and is not finished nobody knows yet whether it will be. */
function isRestored(present: PersistentVolumeClaim | undefined, pointId: string): boolean {
  const { annotations, labels, deletionTimestamp } = present?.metadata ?? {};
  const isFinished = labels?.[temporaryLabel] === undefined && deletionTimestamp === undefined;
  return annotations?.[restoredFromAnnotation] === pointId && isFinished && present?.status?.phase === 'Bound';
}

/** One instant for all claims. Data that is still to come is not known yet: the instant is now at the latest. */
export function instantOf({ operation, now }: Pick<NamespaceSituation, 'operation' | 'now'>): string {
  const { asOf } = operation.spec.request;
  const asked = asOf === undefined ? now.getTime() : Math.min(Date.parse(asOf), now.getTime());
  return operation.status?.work?.dataAsOf ?? new Date(asked).toISOString();
}

/** By name. `after`: only those whose name follows. */
export function planNamespace(situation: NamespaceSituation, after = ''): PlannedClaim[] {
  const { operation, source } = situation;
  const { points = [], ownClusters: own = noClusters, claims = [] } = source;
  const asOf = instantOf(situation);
  const { namePrefix = '', nameSuffix = '', clusterId: ofCluster, pvcs } = operation.spec.request;
  const { namespace } = sourceRefOf(operation);
  const found = pointsByClaim(operation, points, own);
  const present = new Map(claims.map((claim) => [claim.metadata.name, claim]));
  const names = [...new Set(pvcs ?? found.keys())].filter((pvc) => pvc > after).toSorted(byName);
  return names.map((pvc) => {
    const targetPvc = `${namePrefix}${pvc}${nameSuffix}`;
    const none = (why: string): PlannedClaim => ({ pvc, targetPvc, point: { why }, isThere: false });
    if (!dnsSubdomain.safeParse(targetPvc).success) return none(`no claim can have the name ${targetPvc}`);
    const known = { points: found.get(pvc) ?? [], urls: noUrls, mayTakeAny: false };
    const point = selectRestorePoint({ namespace, pvc, asOf, clusterId: ofCluster }, known);
    if (point instanceof SoteriaError) return none(point.explanation.why);
    const { id, data_as_of: dataAsOf } = point;
    const isThere = isRestored(present.get(targetPvc), id);
    return { pvc, targetPvc, point: { id, dataAsOf: dataAsOf ?? undefined }, isThere };
  });
}

export type NamespaceLook = keyof NamespaceSource;

/** What must be looked at before the plan is known; undefined: all of it has been looked at. */
export function nextLookOf({ spec, status }: Operation, source: NamespaceSource): NamespaceLook | undefined {
  const { pvcs, clusterId } = spec.request;
  const isOwn = clusterId === undefined || isOwnCluster(source.ownClusters ?? noClusters, clusterId);
  // Claims that the request names are all that it means, and a namespace of another cluster does not live here.
  const isLivingMeant = status?.work === undefined && pvcs === undefined && isOwn;
  const places = ['points', 'ownClusters', 'claims', ...(isLivingMeant ? (['living'] as const) : [])] as const;
  return places.find((at) => source[at] === undefined);
}

/** Claims that live in the source namespace and have no restore point at all; not those that this restore makes. */
export function livingWithoutPoint(
  { operation, source: { living = [] } }: NamespaceSituation,
  planned: readonly PlannedClaim[],
): LeftOut[] {
  const { namespace } = sourceRefOf(operation);
  const isSame = (operation.metadata.namespace ?? '') === namespace;
  const known = new Set(planned.flatMap(({ pvc, targetPvc }) => (isSame ? [pvc, targetPvc] : [pvc])));
  return living
    .filter(({ metadata: { name, labels } }) => !known.has(name) && labels?.[temporaryLabel] === undefined)
    .map((claim) => {
      const excluded = whyExcluded(claim);
      const phase = claim.status?.phase ?? 'unknown';
      const because = excluded ?? (phase === 'Bound' ? undefined : `it is ${phase}, not Bound`);
      const why = `it has no restore point${because === undefined ? '' : `: ${because}`}`;
      return { name: claim.metadata.name, to: 'leave-out' as const, why, isOnPurpose: excluded !== undefined };
    })
    .toSorted((a, b) => byName(a.name, b.name));
}

/** Not one claim can be restored. */
export function whyNothing(
  namespace: string,
  planned: readonly PlannedClaim[],
  living: readonly LeftOut[],
): SoteriaError | undefined {
  if (planned.some(({ point }) => 'id' in point)) return undefined;
  const whys = planned.flatMap(({ pvc, point }) => ('why' in point ? [`${pvc}: ${point.why}`] : []));
  const why = [...whys, ...living.map((claim) => `${claim.name}: ${claim.why}`)].join('; ');
  return new SoteriaError('restore_point_not_found', {
    what: `namespace ${namespace} was not restored`,
    why: why === '' ? 'none of its claims has a restore point' : why,
    fix: `list what there is with GET /v1/backups?namespace=${namespace}`,
  });
}
