/** Why a request cannot run as it is recorded; HTTP and events have said so before. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { DriverName } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyLabelsNot } from '../../../drivers/restore/labels.ts';
import { commandSecondsOf, longestCommandSeconds } from '../proof/proof-drafts.ts';

/** `driver`: the driver it has got, which is another than it asks for when the table has no such driver. */
export function requestMisfit(operation: Operation, driver: DriverName): SoteriaError | undefined {
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
  if (request.driver !== undefined && request.driver !== driver) {
    return new SoteriaError('driver_unavailable', {
      what: `operation ${name} cannot run`,
      why: `the driver ${request.driver} is not part of this version`,
      fix: `leave spec.request.driver out, or set it to ${driver}`,
    });
  }
  return undefined;
}
