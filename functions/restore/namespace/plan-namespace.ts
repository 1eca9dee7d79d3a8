/**
 * The restore of a whole namespace, claim by claim: each one's newest point at or before one instant. The list of claims comes from the
 * points, because the namespace itself may be gone. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { OwnClusters } from '@soteria/shared/longhorn/own-clusters.ts';
import { pointIdOf, toRestorePoint } from '@soteria/shared/longhorn/restore-point.ts';
import { operationName, shortHash, timeFromName } from '@soteria/shared/operation/names.ts';
import { type Operation, operationKinds, type OperationRequest } from '@soteria/shared/operation/schema.ts';
import { selectRestorePoint } from '../core/select-restore-point.ts';
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

export interface PlannedClaim {
  readonly pvc: string;
  readonly targetPvc: string;
  /** Id. */
  readonly point: string;
  readonly dataAsOf: string | undefined;
  /** True: an earlier run has restored that very point under that name. */
  readonly isThere: boolean;
}

export interface NamespacePlan {
  readonly claims: readonly PlannedClaim[];
  /** Those that cannot be restored, and why. */
  readonly without: readonly { readonly pvc: string; readonly why: string }[];
}

function claimsOf({ operation, backups, own }: NamespaceSituation): string[] {
  const { request } = operation.spec;
  if (request.pvcs !== undefined) return [...new Set(request.pvcs)].toSorted((a, b) => a.localeCompare(b));
  const { namespace, clusterId: wanted } = request;
  const found = backups
    .map((backup) => toRestorePoint(backup, own))
    .filter((point) => point.namespace === namespace)
    .filter((point) => (wanted === undefined ? point.origin !== 'other-cluster' : point.cluster_id === wanted))
    .map(({ pvc }) => pvc);
  return [...new Set(found)].filter((pvc) => pvc !== null).toSorted((a, b) => a.localeCompare(b));
}

export function planNamespace(situation: NamespaceSituation): NamespacePlan {
  const { operation, backups, own, claims, asOf } = situation;
  const { namespace = '', namePrefix = '', nameSuffix = '', clusterId: ofCluster } = operation.spec.request;
  const planned: PlannedClaim[] = [];
  const without: { pvc: string; why: string }[] = [];
  for (const pvc of claimsOf(situation)) {
    const known = { backups, own, mayTakeAny: false };
    const point = selectRestorePoint({ namespace, pvc, asOf, clusterId: ofCluster }, known);
    if (point instanceof SoteriaError) {
      without.push({ pvc, why: point.explanation.why });
      continue;
    }
    const targetPvc = `${namePrefix}${pvc}${nameSuffix}`;
    const present = claims.find(({ metadata }) => metadata.name === targetPvc);
    const isThere = present?.metadata.annotations?.[restoredFromAnnotation] === pointIdOf(point);
    planned.push({ pvc, targetPvc, point: pointIdOf(point), dataAsOf: point.snapshotCreatedAt, isThere });
  }
  return { claims: planned, without };
}

/** The same for the same parent and claim, whoever makes it and however often. */
export function childName(parent: Operation, claim: PlannedClaim): string {
  const { name, uid, creationTimestamp } = parent.metadata;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return operationName(operationKinds.Restore.verb, claim.targetPvc, at, shortHash(`${uid} ${claim.pvc}`));
}

export function childRequest(parent: Operation, claim: PlannedClaim): OperationRequest {
  const { namespace, clusterId, storageClass } = parent.spec.request;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    pvc: claim.pvc,
    snapshot: claim.point,
    targetPvc: claim.targetPvc,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
}
