/** Two equal requests may have been recorded at once under names of different seconds: the older one stays. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';

/** Answers the one that stays. */
export async function keepOlder(
  store: Pick<OperationStore, 'withdraw'>,
  { made, oldest }: { readonly made: Operation; readonly oldest: Operation | undefined },
  signal?: AbortSignal,
): Promise<Operation> {
  if (oldest === undefined || oldest.metadata.uid === made.metadata.uid) return made;
  try {
    await store.withdraw(made, signal);
    return oldest;
  } catch (error) {
    // Somebody has begun to move it already: it stays and queues behind the older one.
    if (error instanceof SoteriaError && error.code === 'cluster_conflict') return made;
    throw error;
  }
}
