/** Part of every dry run: what the API server says to the record itself, tried and not made. */
import { SoteriaError } from '../../errors.ts';
import type { Operation } from './schema.ts';
import type { OperationStore } from './store.ts';

/**
 * Why the request could not be recorded: its namespace is not there or goes, a quota, a policy. A name that is taken is no reason, since
 * the request takes another. `missing`: what the door says of a namespace that does not exist.
 */
export async function whyNotRecorded(
  store: Pick<OperationStore, 'tryCreate'>,
  { metadata, spec }: Operation,
  missing: (cause: SoteriaError) => SoteriaError,
  signal?: AbortSignal,
): Promise<SoteriaError | undefined> {
  try {
    await store.tryCreate({ namespace: metadata.namespace ?? '', name: metadata.name, spec }, signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
    if (error.code === 'name_conflict') return undefined;
    return error.code === 'not_found' ? missing(error) : error;
  }
}

/** As a blocker of a plan. */
export function toBlocker({ code, explanation, details }: SoteriaError) {
  return { code, ...explanation, ...details };
}
