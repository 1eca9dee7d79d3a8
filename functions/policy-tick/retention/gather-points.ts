/**
 * The restore points of each policy, claim by claim, as retention decides over them, and that decision. Pure. The preview of a policy and its prune
 * both decide here. Invariants:
 *  1. A point belongs to the policy that its catalogue names, and to this installation; other points are in no list and are never deleted.
 *  2. A point whose instant is unknown is still being made: it is in no list.
 *  3. Each volume of a claim is decided by itself. A claim that is deleted and made again under its name has another volume, and its new, perhaps
 *     empty, points push no point of the earlier volume out.
 *  4. Without `retainDeleted` the points of a volume that no claim has any more stay. With it they stay until the newest of them is as old as that;
 *     then the rule of the policy applies to them as to all others.
 */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { boundVolumeOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import { lastVerifiedIds } from '@soteria/shared/restore-points/judge-points.ts';
import { instantOf } from '@soteria/shared/restore-points/order.ts';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import { decideRetention, type Hindrance, type RetentionDecision, type RetentionPoint } from './decide-retention.ts';

export interface PointsSeen {
  /** With what restore tests have said of each. */
  readonly points: readonly RestorePoint[];
  readonly proofs: readonly ClaimProof[];
  /** Operations of kind Backup. */
  readonly backups: readonly Operation[];
  /** The volume that each claim has now, by `namespace/claim`. */
  readonly liveVolumes: ReadonlyMap<string, string>;
}

/** What one policy has made of one volume of a claim. */
export interface ClaimPoints {
  readonly policy: string;
  readonly namespace: string;
  readonly pvc: string;
  readonly volume: string;
  readonly points: readonly RetentionPoint[];
  /** The claim is gone, or has another volume now. */
  readonly isDeleted: boolean;
  /** The newest backup of the claim has failed, or the newest that this policy asked for. */
  readonly hasNewestFailed: boolean;
}

const keyOf = (policy: string, namespace: string, pvc: string): string => `${policy}/${namespace}/${pvc}`;

/** A new claim may have the name of a deleted one: its volume tells them apart. */
export function liveVolumesOf(
  claims: readonly PersistentVolumeClaim[],
  persistentVolumes: ReadonlyMap<string, PersistentVolume>,
): ReadonlyMap<string, string> {
  return new Map(
    claims.flatMap((claim) => {
      const volume = boundVolumeOf(claim, persistentVolumes.get(claim.spec?.volumeName ?? ''));
      return volume === undefined
        ? []
        : [[`${claim.metadata.namespace ?? ''}/${claim.metadata.name}`, volume] as const];
    }),
  );
}

function toRetentionPoint(point: RestorePoint, at: number, lastVerified: ReadonlySet<string>): RetentionPoint {
  const isLastVerified = lastVerified.has(point.id);
  return {
    id: point.id,
    at: new Date(at),
    isOwn: true,
    isRestorable: point.restorable,
    isVerified: isLastVerified || (point.verified_at !== null && point.refuted_at === null),
    isRefuted: point.refuted_at !== null && !isLastVerified,
    isHeld: point.held,
  };
}

/** The newest backup that succeeded or failed, by `policy/namespace/claim`, and of any policy or none by `/namespace/claim`. */
function newestAttempts(backups: readonly Operation[]): ReadonlyMap<string, Operation> {
  const newest = new Map<string, Operation>();
  for (const operation of backups) {
    const { policy, pvc } = operation.spec.request;
    const hasTried = operation.status?.phase === 'Succeeded' || operation.status?.phase === 'Failed';
    if (pvc === undefined || !hasTried) continue;
    for (const of of policy === undefined ? [''] : ['', policy]) {
      const key = keyOf(of, operation.metadata.namespace ?? '', pvc);
      const known = newest.get(key);
      if (known === undefined || known.metadata.creationTimestamp < operation.metadata.creationTimestamp)
        newest.set(key, operation);
    }
  }
  return newest;
}

/** By the id of the policy; of policies that no longer exist too. */
export function pointsByPolicy({
  points,
  proofs,
  backups,
  liveVolumes,
}: PointsSeen): ReadonlyMap<string, ClaimPoints[]> {
  const lastVerified = lastVerifiedIds(proofs);
  const attempts = newestAttempts(backups);
  const found = new Map<string, { readonly of: ClaimPoints; readonly points: RetentionPoint[] }>();
  const byPolicy = new Map<string, ClaimPoints[]>();
  for (const point of points) {
    const { policy, namespace, pvc, volume, origin } = point;
    const at = instantOf(point);
    if (policy === null || namespace === null || pvc === null || origin !== 'own' || Number.isNaN(at)) continue;
    const key = `${keyOf(policy, namespace, pvc)}/${volume ?? ''}`;
    let entry = found.get(key);
    if (entry === undefined) {
      const own: RetentionPoint[] = [];
      const isDeleted = volume === null || liveVolumes.get(`${namespace}/${pvc}`) !== volume;
      const hasNewestFailed = [policy, ''].some(
        (of) => attempts.get(keyOf(of, namespace, pvc))?.status?.phase === 'Failed',
      );
      const of = { policy, namespace, pvc, volume: volume ?? '', points: own, isDeleted, hasNewestFailed };
      entry = { of, points: own };
      found.set(key, entry);
      const ofPolicy = byPolicy.get(policy);
      if (ofPolicy === undefined) byPolicy.set(policy, [entry.of]);
      else ofPolicy.push(entry.of);
    }
    entry.points.push(toRetentionPoint(point, at, lastVerified));
  }
  return byPolicy;
}

export interface RetentionCircumstances {
  readonly now: Date;
  /** Why nothing may be deleted anywhere. */
  readonly hindrances: readonly Exclude<Hindrance, 'newest_attempt_failed'>[];
  readonly isConfirmed?: boolean;
}

/** More deletions at once need a confirmation. One point may always go: otherwise a policy with few points would ask every time. */
function breakerOf(percent: number, pointCount: number): number {
  return Math.max(1, Math.floor((pointCount * percent) / 100));
}

/** What the policy would keep and delete of one claim now. */
export function decideClaimRetention(
  { retention, retainDeletedMs, breakerPercent, timeZone }: ResolvedPolicy,
  { points, isDeleted, hasNewestFailed }: ClaimPoints,
  { now, hindrances, isConfirmed = false }: RetentionCircumstances,
): RetentionDecision {
  const newestAt = Math.max(...points.map(({ at }) => at.getTime()));
  const isStaying = retainDeletedMs === undefined || now.getTime() - newestAt < retainDeletedMs;
  return decideRetention({
    points,
    rule: retention,
    timeZone,
    now,
    isOfDeletedClaim: isDeleted && isStaying,
    hindrances: [...hindrances, ...(hasNewestFailed ? (['newest_attempt_failed'] as const) : [])],
    breaker: breakerOf(breakerPercent, points.filter(({ isRestorable }) => isRestorable).length),
    isConfirmed,
  });
}
