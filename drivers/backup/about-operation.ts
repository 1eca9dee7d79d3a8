/** What follows from the Operation alone, whatever its driver: the marks of what it makes, and refusals that need no look at the cluster. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { defaultDriver, type DriverName, type RequestDriver } from '@soteria/shared/operation/kinds/drivers.ts';
import { madeBy, managedLabel, operationUidLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

export function marksOf({ metadata }: Operation): Readonly<Record<string, string>> {
  return {
    [managedLabel]: 'true',
    [watchLabel]: 'backup',
    ...madeBy({ uid: metadata.uid, namespace: metadata.namespace ?? '', name: metadata.name }),
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

/** "claim shop/data was not backed up" */
export function notBackedUp({ metadata, spec }: Operation): string {
  return `claim ${metadata.namespace}/${spec.request.pvc} was not backed up`;
}

export const refusedBecause = {
  cancelled: (operation: Operation) =>
    new SoteriaError('cancelled', {
      what: `operation ${operation.metadata.name} was cancelled`,
      why: 'its cancellation was requested before the backup was complete',
      fix: 'ask for a new backup when you want one',
    }),

  /** `driver`: the driver it has got, which is another than it asks for when the table has no such driver. */
  requestMisfit: (
    operation: Operation,
    driver: DriverName,
    meant: RequestDriver = defaultDriver,
  ): SoteriaError | undefined => {
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
    const asked = request.driver ?? meant;
    if (asked !== driver) {
      return new SoteriaError('driver_unavailable', {
        what: `operation ${name} cannot run`,
        why: `the driver ${asked} is not part of this version`,
        fix: `set spec.request.driver to ${driver}; SOTERIA_BACKUP_DRIVER sets the default`,
      });
    }
    return undefined;
  },
};
