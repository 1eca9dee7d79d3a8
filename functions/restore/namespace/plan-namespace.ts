/**
 * The restore of a whole namespace, claim by claim: each one's newest point at or before one instant. The list of claims comes from the
 * points, because the namespace itself may be gone. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import { pointIdOf, toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { operationName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import {
  dnsSubdomain,
  type Operation,
  operationKinds,
  type OperationRequest,
} from '@soteria/shared/operation/record/schema.ts';
import { selectBackup } from '@soteria/shared/longhorn/restore-points.ts';
import { restoredFromAnnotation } from '../longhorn/claim-objects.ts';

export interface NamespaceSituation {
  readonly operation: Operation;
  readonly backups: readonly Backup[];
  readonly own: OwnClusters;
  /** Of the target namespace. */
  readonly claims: readonly PersistentVolumeClaim[];
  /** One instant for all of them. */
  readonly asOf: string;
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

/** A claim with its point, still to be restored. */
export interface ClaimToRestore extends PlannedClaim {
  readonly point: ChosenPoint;
}

export function isToRestore(claim: PlannedClaim): claim is ClaimToRestore {
  return 'id' in claim.point && !claim.isThere;
}

/** In the order of the cursor. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Claim → its backups: a claim is then chosen for without looking at those of all others. */
function backupsByClaim({ operation, backups, own }: NamespaceSituation): Map<string, Backup[]> {
  const { clusterId: wanted } = operation.spec.request;
  const { namespace } = sourceRefOf(operation);
  const found = new Map<string, Backup[]>();
  for (const backup of backups) {
    const point = toRestorePoint(backup, own);
    if (point.namespace !== namespace || point.pvc === null) continue;
    if (wanted === undefined ? point.origin === 'other-cluster' : point.cluster_id !== wanted) continue;
    found.set(point.pvc, [...(found.get(point.pvc) ?? []), backup]);
  }
  return found;
}

/** Of what was made and is not finished nobody knows yet whether it will be. */
function isRestored(present: PersistentVolumeClaim | undefined, pointId: string): boolean {
  const { annotations, labels, deletionTimestamp } = present?.metadata ?? {};
  const isFinished = labels?.[temporaryLabel] === undefined && deletionTimestamp === undefined;
  return annotations?.[restoredFromAnnotation] === pointId && isFinished && present?.status?.phase === 'Bound';
}

/** By name. `after`: only those whose name follows. */
export function planNamespace(situation: NamespaceSituation, after = ''): PlannedClaim[] {
  const { operation, own, claims, asOf } = situation;
  const { namePrefix = '', nameSuffix = '', clusterId: ofCluster, pvcs } = operation.spec.request;
  const { namespace } = sourceRefOf(operation);
  const found = backupsByClaim(situation);
  const present = new Map(claims.map((claim) => [claim.metadata.name, claim]));
  const names = [...new Set(pvcs ?? found.keys())].filter((pvc) => pvc > after).toSorted(byName);
  return names.map((pvc) => {
    const targetPvc = `${namePrefix}${pvc}${nameSuffix}`;
    const none = (why: string): PlannedClaim => ({ pvc, targetPvc, point: { why }, isThere: false });
    if (!dnsSubdomain.safeParse(targetPvc).success) return none(`no claim can have the name ${targetPvc}`);
    const known = { backups: found.get(pvc) ?? [], own, mayTakeAny: false };
    const point = selectBackup({ namespace, pvc, asOf, clusterId: ofCluster }, known);
    if (point instanceof SoteriaError) return none(point.explanation.why);
    const id = pointIdOf(point);
    const isThere = isRestored(present.get(targetPvc), id);
    return { pvc, targetPvc, point: { id, dataAsOf: point.snapshotCreatedAt }, isThere };
  });
}

/** The same for the same parent and claim, whoever makes it and however often. */
export function childName(parent: Operation, claim: PlannedClaim): string {
  const { name, uid, creationTimestamp } = parent.metadata;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return operationName(operationKinds.Restore.verb, claim.targetPvc, at, shortHash(`${uid} ${claim.pvc}`));
}

/** The business key of the restore of one claim; `pvc` left out: what all of one parent begin with. */
export function childIdentity(parent: Operation, pvc = ''): string {
  return `restore:${parent.metadata.uid}:${pvc}`;
}

export function childRequest(parent: Operation, claim: ClaimToRestore): OperationRequest {
  const { clusterId, storageClass } = parent.spec.request;
  return {
    namespace: sourceRefOf(parent).namespace,
    pvc: claim.pvc,
    snapshot: claim.point.id,
    targetPvc: claim.targetPvc,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}
