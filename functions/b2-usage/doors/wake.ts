/** Events: a schedule, a request, and our own "go on". */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { objectReference, usageDue, usageRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { isLeased } from '../measure/lease.ts';
import { advanceMeasurement, beginMeasurement } from '../measure/measure.ts';
import type { UsageTools } from '../tools.ts';

/** A doubled ping, or a ping during a measurement, begins nothing. A measurement whose event was lost continues. */
export async function wakeBySchedule(tools: UsageTools, _event: ReceivedEvent, incoming: Incoming): Promise<void> {
  if (tools.settings.store === undefined) {
    incoming.log.info('usage_not_configured', { missing: tools.settings.missing.join(',') });
    return;
  }
  await beginMeasurement(tools, 'schedule', incoming);
  await advanceMeasurement(tools, incoming);
}

export async function requestByEvent(tools: UsageTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  usageRequest.parse(event.data);
  await tools.authorize(incoming.caller, { verb: 'create', namespace: tools.settings.namespace }, incoming.signal);
  if (tools.settings.store === undefined) return wakeBySchedule(tools, event, incoming);
  await beginMeasurement(tools, incoming.caller.user, incoming);
  await advanceMeasurement(tools, incoming);
}

/** The listing Job has changed: it may have ended. */
export async function wakeByJob(tools: UsageTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { kind, namespace, name } = objectReference.parse(event.data);
  if (kind !== 'Job' || namespace !== tools.settings.namespace) return;
  const { value: progress } = await tools.usage.readProgress(incoming.signal);
  if (progress?.job?.name === name) await advanceMeasurement(tools, incoming);
}

/**
 * While another process works on the step, this answers "later": if that process has died, the delivery that
 * comes after its lease continues the measurement.
 */
export async function wakeByDue(tools: UsageTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const asked = usageDue.parse(event.data);
  const { value: progress } = await tools.usage.readProgress(incoming.signal);
  const isThisStep = progress?.id === asked.measurement && progress.step === asked.step;
  if (isThisStep && isLeased(progress, tools.now())) {
    throw new SoteriaError(
      'rate_limited',
      {
        what: `step ${asked.step} of measurement ${asked.measurement} is not taken`,
        why: 'another process is at it',
        fix: 'nothing: it is looked at again when that one must have ended',
      },
      { retryAfterSeconds: Math.ceil(tools.pace.leaseMs / 1000) },
    );
  }
  await advanceMeasurement(tools, incoming);
}
