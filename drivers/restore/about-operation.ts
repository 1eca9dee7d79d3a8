/** What follows from the Operation alone: its names, its marks, and refusals that need no look at the cluster. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ObjectMeta } from '@soteria/shared/kubernetes/resource-type.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import {
  madeBy,
  managedLabel,
  operationKindLabel,
  operationUidLabel,
  temporaryLabel,
  watchLabel,
} from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

export const functionName = 'restore';

/** On everything that is made, until the restore is permanent. */
export function marksOf({ metadata }: Operation): Readonly<Record<string, string>> {
  return {
    [managedLabel]: 'true',
    [temporaryLabel]: 'true',
    ...madeBy({ uid: metadata.uid, namespace: metadata.namespace ?? '', name: metadata.name }),
  };
}

/** On what wakes the function; claim and persistent volume show in it. */
export function watchedMarksOf(operation: Operation): Readonly<Record<string, string>> {
  return { ...marksOf(operation), [watchLabel]: functionName, [operationKindLabel]: operation.spec.kind };
}

/** Taken off by the write that makes an object permanent. */
export const temporaryMarks = { [temporaryLabel]: null, [watchLabel]: null };

export function isOurs(operation: Operation, marks: Readonly<Record<string, string>> | undefined): boolean {
  return marks?.[operationUidLabel] === operation.metadata.uid;
}

/** May be removed: ours, and not permanent. */
export function isOursAndTemporary(operation: Operation, { labels, deletionTimestamp }: ObjectMeta): boolean {
  return isOurs(operation, labels) && labels?.[temporaryLabel] !== undefined && deletionTimestamp === undefined;
}

/** The step in which the restored claim is looked at. */
export const proofStep = 'verify';

/** The id of the point a claim was restored from. */
export const restoredFromAnnotation = 'soteria.dev/restored-from';

/** "claim shop/data was not restored into shop/data-2" */
export function notRestored(operation: Operation): string {
  const source = sourceRefOf(operation);
  const made = claimRefOf(operation);
  return `claim ${source.namespace}/${source.pvc} was not restored into ${made.namespace}/${made.pvc}`;
}

export const refusedBecause = {
  cancelled: (operation: Operation) =>
    new SoteriaError('cancelled', {
      what: `operation ${operation.metadata.name} was cancelled`,
      why: 'its cancellation was requested before the restore was complete; what it had made is removed',
      fix: 'ask for a new restore when you want one',
    }),

  targetTaken: (operation: Operation, by: string) => {
    const { namespace, pvc } = claimRefOf(operation);
    return new SoteriaError('target_exists', {
      what: notRestored(operation),
      why: `${by}; a restore never overwrites anything`,
      fix: `choose another name than ${pvc}, or remove what has it: kubectl get pvc -n ${namespace} ${pvc}`,
    });
  },

  noStorageClass: (what: string, storageClass: string) =>
    new SoteriaError('unprocessable', {
      what,
      why: `there is no storage class ${storageClass}`,
      fix: 'leave storage_class out, or name a class that kubectl get storageclasses lists',
    }),

  /** Kubernetes would refuse it after the bytes are restored. */
  mayNotGrow: (operation: Operation, storageClass: string, isThere: boolean) =>
    new SoteriaError('restore_point_not_usable', {
      what: notRestored(operation),
      why: isThere
        ? `a larger size was asked for, and storage class ${storageClass} does not let volumes grow`
        : `a larger size was asked for, and there is no storage class ${storageClass} that would let the volume grow`,
      fix: 'leave size out, or name a storage class with allowVolumeExpansion: true',
    }),

  failed: (operation: Operation, why: string, fix: string) =>
    new SoteriaError('restore_failed', { what: notRestored(operation), why, fix }),
};
