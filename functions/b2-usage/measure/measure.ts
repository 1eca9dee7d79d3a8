/** A measurement from its beginning to the record; each call takes it one step further, and asks for the next by an event. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Kept } from '../record/usage-store.ts';
import type { UsageTools } from '../tools.ts';
import { recordFailure, recordMeasurement, sendPendingFacts } from './conclude.ts';
import { newProgress, type Progress } from './progress.ts';
import { takeStep } from './take-step.ts';

/** Stores the wish; what is under way already is joined. */
export async function beginMeasurement(tools: UsageTools, by: string, incoming: Incoming): Promise<Kept<Progress>> {
  const { usage, now, newId } = tools;
  const { value, object } = await usage.readProgress(incoming.signal);
  if (value !== undefined) return { value, object };
  try {
    return await usage.writeProgress({ value: newProgress(newId(), now(), by), object }, incoming.signal);
  } catch (error) {
    // Somebody else has just begun one.
    const joined =
      error instanceof SoteriaError && isTaken(error) ? await usage.readProgress(incoming.signal) : undefined;
    if (joined?.value === undefined) throw error;
    return { value: joined.value, object: joined.object };
  }
}

function isTaken({ code }: SoteriaError): boolean {
  return code === 'name_conflict' || code === 'cluster_conflict';
}

export function isLeased({ leaseUntil }: Progress, now: Date): boolean {
  return leaseUntil !== undefined && Date.parse(leaseUntil) > now.getTime();
}

/** Nothing to do when no measurement is under way, or another process is at it. */
export async function advanceMeasurement(tools: UsageTools, incoming: Incoming): Promise<void> {
  const { usage, now } = tools;
  await sendPendingFacts(tools, incoming);
  const { value, object } = await usage.readProgress(incoming.signal);
  if (value === undefined) return;
  if (isLeased(value, now())) return;
  const kept = { value, object };
  const { value: record } = await usage.readRecord(incoming.signal);
  // Recorded, and killed before the progress was removed.
  if (record.measurement?.id === value.id) return usage.removeProgress(kept, incoming.signal);
  try {
    const end = await takeStep(tools, kept, incoming);
    if (!end.isDone) return await askForNext(tools, end.kept.value, incoming);
    await recordMeasurement(tools, end.kept.value, incoming);
    await usage.removeProgress(end.kept, incoming.signal);
    await sendPendingFacts(tools, incoming);
  } catch (error) {
    if (!(error instanceof SoteriaError)) throw error;
    if (error.code === 'bucket_unavailable') await recordFailure(tools, error, incoming);
    if (!isFinal(error)) throw error;
    incoming.log.error('measurement_failed', error);
    await recordFailure(tools, error, incoming);
    const left = await usage.readProgress(incoming.signal);
    if (left.value !== undefined)
      await usage.removeProgress({ value: left.value, object: left.object }, incoming.signal);
  }
}

/** The store refuses, or there is none: trying again changes nothing. */
function isFinal({ code }: SoteriaError): boolean {
  return code === 'bucket_refused' || code === 'unprocessable';
}

export async function askForNext(
  { publisher }: Pick<UsageTools, 'publisher'>,
  { id, step }: Progress,
  { signal, traceparent }: Incoming,
): Promise<void> {
  await publisher.publish(
    {
      id: factId(id, `due:${step}`),
      type: 'dev.soteria.usage.due.v1',
      data: { measurement: id, step },
      correlationId: id,
      traceparent,
    },
    signal,
  );
}
