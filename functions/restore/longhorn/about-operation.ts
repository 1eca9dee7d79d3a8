/** What follows from the Operation alone: its names, its marks, and refusals that need no look at the cluster. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ObjectMeta } from '@soteria/shared/kubernetes/resource-type.ts';
import type { Marks } from '@soteria/shared/longhorn/port.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import {
  managedLabel,
  operationNameLabel,
  operationNamespaceLabel,
  operationUidLabel,
  temporaryLabel,
  watchLabel,
} from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyLabelsNot } from '../new-claim/shape-claim.ts';

import { commandSecondsOf, longestCommandSeconds } from '../proof/proof-drafts.ts';

export const functionName = 'restore';

/** On everything that is made, until the restore is permanent. */
export function marksOf(operation: Operation): Marks {
  return {
    [managedLabel]: 'true',
    [temporaryLabel]: 'true',
    [operationUidLabel]: operation.metadata.uid,
    [operationNamespaceLabel]: operation.metadata.namespace ?? '',
    [operationNameLabel]: operation.metadata.name,
  };
}

/** A group without jobs: a volume in no group at all Longhorn puts into `default`, whose jobs would back it up. */
const noJobsLabel = 'recurring-job-group.longhorn.io/soteria-none';

/** The volume wakes the function; claim and persistent volume show in it. Of a restore test, nobody shall back it up. */
export function marksOfVolume(operation: Operation): Marks {
  const isTest = operation.spec.kind === 'RestoreTest';
  return { ...marksOf(operation), [watchLabel]: functionName, ...(isTest ? { [noJobsLabel]: 'enabled' } : {}) };
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

  requestMisfit: (operation: Operation): SoteriaError | undefined => {
    const { request } = operation.spec;
    const { name } = operation.metadata;
    if (commandSecondsOf(operation) > longestCommandSeconds || commandSecondsOf(operation) < 1) {
      return new SoteriaError('invalid_request', {
        what: `operation ${name} cannot run`,
        why: `the timeout of its command is ${request.verify?.command?.timeout ?? ''}`,
        fix: 'give a timeout from 1s to 24h',
      });
    }
    const isTest = operation.spec.kind === 'RestoreTest';
    if (request.pvc === undefined || (request.targetPvc === undefined && !isTest)) {
      return new SoteriaError('invalid_request', {
        what: `operation ${name} cannot run`,
        why: `spec.request.${request.pvc === undefined ? 'pvc' : 'targetPvc'} is missing`,
        fix: 'create a new Operation that names the source claim in pvc and the claim to make in targetPvc',
      });
    }
    const badLabels = whyLabelsNot(request.labels);
    if (badLabels !== undefined) {
      return new SoteriaError('invalid_request', {
        what: `operation ${name} cannot run`,
        why: badLabels,
        fix: 'create a new Operation whose spec.request.labels are labels of Kubernetes, key=value',
      });
    }
    if (request.driver !== undefined && request.driver !== 'longhorn') {
      return new SoteriaError('driver_unavailable', {
        what: `operation ${name} cannot run`,
        why: `the driver ${request.driver} is not part of this version`,
        fix: 'leave spec.request.driver out, or set it to longhorn',
      });
    }
    return undefined;
  },

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
