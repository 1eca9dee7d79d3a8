/** What follows from the Operation alone: the names and marks of everything a self-test makes. */
import { driver } from '@soteria/shared/operation/kinds/drivers.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { Marks } from '@soteria/shared/longhorn/port.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import {
  catalogueKeys,
  managedLabel,
  operationNameLabel,
  operationNamespaceLabel,
  operationUidLabel,
  temporaryLabel,
} from '@soteria/shared/operation/record/marks.ts';
import { operationName, restoredVolumeName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { Operation, OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { operationKinds } from '@soteria/shared/operation/kinds/kinds.ts';

export type JobTask = 'write' | 'compare';
export type ChildKind = 'Backup' | 'Restore';

/** Written and compared; a claim of the smallest size holds them beside its file system. */
export const testBytes = 8 * 1024 * 1024;
export const defaultSize = '64Mi';
export const defaultStorageClass = 'longhorn';

/** Longhorn's own class unless another is asked for: the cluster's default may be anybody's. */
export const storageClassOf = ({ spec }: Operation): string => spec.request.storageClass ?? defaultStorageClass;

export function marksOf({ metadata }: Operation): Marks {
  return {
    [managedLabel]: 'true',
    [temporaryLabel]: 'true',
    [operationUidLabel]: metadata.uid,
    [operationNamespaceLabel]: metadata.namespace ?? '',
    [operationNameLabel]: metadata.name,
  };
}

/** The claim that is written, and the one that is restored: `soteria-selftest-<h6>[-restored]`. */
export function claimNames({ metadata }: { readonly metadata: Pick<Operation['metadata'], 'uid'> }) {
  const source = `soteria-selftest-${shortHash(metadata.uid)}`;
  return { source, restored: `${source}-restored` };
}

export function jobName({ metadata }: Operation, task: JobTask): string {
  return `soteria-selftest-${task}-${shortHash(metadata.uid, 12)}`;
}

/** The same for the same self-test, however often it is made. */
export function childName(operation: Operation, kind: ChildKind): string {
  const { name, uid, creationTimestamp } = operation.metadata;
  const { source, restored } = claimNames(operation);
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  const claim = kind === 'Backup' ? source : restored;
  return operationName(operationKinds[kind].verb, claim, at, shortHash(`${uid} ${kind}`));
}

/** The tag is stored with the point on the target, so that a finder knows what the point was. */
export function childRequest(operation: Operation, kind: ChildKind, point = ''): OperationRequest {
  const { source, restored } = claimNames(operation);
  if (kind === 'Backup') {
    return { pvc: source, mode: 'full', driver: driver.longhorn, tags: [`self-test=${operation.metadata.name}`] };
  }
  return { pvc: source, snapshot: point, targetPvc: restored };
}

/** As Kubernetes names the persistent volume it has made for a claim; Longhorn's volume has the same name. */
export const provisionedName = (claimUid: string): string => `pvc-${claimUid}`;

export const restoredName = (operation: Operation, restoreUid: string): string =>
  restoredVolumeName(claimNames(operation).restored, restoreUid);

/**
 * A point of this very self-test, by what travels with it: made by its own Backup, of its own claim. Nothing else is ever deleted; for a
 * claim that lived for minutes no point is the newest or the last proved that somebody may need.
 */
export function isTestPoint(
  operation: Operation,
  backupUid: string,
  { catalogue }: Pick<Backup, 'catalogue'>,
): boolean {
  return (
    backupUid !== '' &&
    catalogue[catalogueKeys.operationUid] === backupUid &&
    catalogue[catalogueKeys.namespace] === operation.metadata.namespace &&
    catalogue[catalogueKeys.pvc] === claimNames(operation).source
  );
}

export function misfitOf({ metadata }: Operation): SoteriaError | undefined {
  if (metadata.namespace === proofNamespace) return undefined;
  return new SoteriaError('invalid_request', {
    what: `operation ${metadata.name} cannot run`,
    why: `a self-test lives in namespace ${proofNamespace}, where its claims and Jobs are made; this one is in ${metadata.namespace ?? ''}`,
    fix: `create it in namespace ${proofNamespace}, or ask with POST /v1/selftest`,
  });
}
