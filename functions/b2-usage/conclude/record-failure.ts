/** Records that a measurement failed: the last good numbers stay, with the reason why no newer numbers exist. */
import { type SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { reasonOf } from '../bucket/bucket-errors.ts';
import type { UsageTools } from '../tools.ts';
import type { Trouble } from '../record/progress.ts';

export function troubleOf(error: SoteriaError): Trouble {
  const { what, why, fix } = error.explanation;
  return { reason: reasonOf(error) ?? error.code, what, why, fix, isFinal: isFinal(error) };
}

/** The store refuses, or none is configured: a retry changes nothing. */
function isFinal({ code }: SoteriaError): boolean {
  return code === 'bucket_refused' || code === 'unprocessable';
}

export async function recordFailure(tools: UsageTools, trouble: Trouble, { signal }: Pick<Incoming, 'signal'>) {
  const { usage, now } = tools;
  const { value: record, object } = await usage.readRecord(signal);
  const at = now().toISOString();
  const { reason, what, why, fix } = trouble;
  const failure = { at, since: record.failure?.since ?? at, reason, what, why, fix };
  await usage.writeRecord({ value: { ...record, failure }, object }, signal);
}
