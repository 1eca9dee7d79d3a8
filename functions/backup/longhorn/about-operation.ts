/** What follows from the Operation alone: its claim, its names, its marks, and refusals that need no look at the cluster. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Marks } from '@soteria/shared/longhorn/port.ts';
import {
  managedLabel,
  operationNameLabel,
  operationNamespaceLabel,
  operationUidLabel,
  watchLabel,
} from '@soteria/shared/operation/record/marks.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { longhornName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

/** Snapshot and Backup of one attempt have one name. */
export function nameOfAttempt(operation: Operation, attempt: number): string {
  const { name, uid, creationTimestamp } = operation.metadata;
  const { namespace, pvc } = claimRefOf(operation);
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return longhornName({ namespace, claim: pvc, at, operationUid: uid, attempt });
}

export function marksOf(operation: Operation): Marks {
  return {
    [managedLabel]: 'true',
    [watchLabel]: 'backup',
    [operationUidLabel]: operation.metadata.uid,
    [operationNamespaceLabel]: operation.metadata.namespace ?? '',
    [operationNameLabel]: operation.metadata.name,
  };
}

/** Invariant 3. A backup read back from the target has lost its marks, never its catalogue. */
export function isOurs(
  operation: Operation,
  object: { readonly marks: Readonly<Record<string, string>>; readonly catalogue?: Readonly<Record<string, string>> },
): boolean {
  const uid = object.marks[operationUidLabel] ?? object.catalogue?.[operationUidLabel];
  return uid === operation.metadata.uid;
}

/** Of what has come back from the target without marks and catalogue: only this operation gives its attempts these names. */
export function isNameOfAttempt(operation: Operation, name: string): boolean {
  const { attempt = 1 } = operation.status?.work ?? {};
  return Array.from({ length: attempt }, (_, index) => nameOfAttempt(operation, index + 1)).includes(name);
}

export const refusedBecause = {
  cancelled: (operation: Operation) =>
    new SoteriaError('cancelled', {
      what: `operation ${operation.metadata.name} was cancelled`,
      why: 'its cancellation was requested before the backup was complete',
      fix: 'ask for a new backup when you want one',
    }),

  requestMisfit: (operation: Operation, defaultDriver = 'longhorn'): SoteriaError | undefined => {
    const { request } = operation.spec;
    const { namespace, name } = operation.metadata;
    if (request.pvc === undefined) {
      return new SoteriaError('invalid_request', {
        what: `operation ${name} cannot run`,
        why: 'spec.request.pvc is missing',
        fix: 'create a new Operation that names the claim in spec.request.pvc',
      });
    }
    if (request.namespace !== undefined && request.namespace !== namespace) {
      return new SoteriaError('invalid_request', {
        what: `operation ${name} cannot run`,
        why: `it lives in namespace ${namespace} but names a claim of namespace ${request.namespace}`,
        fix: `create it in namespace ${request.namespace}: an Operation lives with the claim it is about`,
      });
    }
    const driver = request.driver ?? defaultDriver;
    if (driver !== 'longhorn') {
      return new SoteriaError('driver_unavailable', {
        what: `operation ${name} cannot run`,
        why: `the driver ${driver} is not part of this version`,
        fix: 'set spec.request.driver to longhorn; SOTERIA_BACKUP_DRIVER sets the default',
      });
    }
    return undefined;
  },

  /** The last attempt failed too. */
  outOfAttempts: (operation: Operation, why: string, attempts: number) =>
    new SoteriaError('backup_failed', {
      what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} was not backed up`,
      why: `${why}; that was attempt ${attempts}, the last one`,
      fix: 'remove the cause, then ask for a new backup',
    }),
};
