/** Creating and deleting what an operation has recorded the name of, when that was done before or is refused. */
import { SoteriaError } from '../../errors.ts';

const finalRefusals: ReadonlySet<string> = new Set([
  'cluster_refused',
  'cluster_forbidden',
  'namespace_terminating',
  'not_found',
]);

/** A refusal that will not change is something to decide about; all else ends this wake-up and is tried again at the next. */
export function isFinalRefusal(thrown: unknown): thrown is SoteriaError {
  return thrown instanceof SoteriaError && finalRefusals.has(thrown.code);
}

/** Deletes, or answers why that is refused for good: what it is about stays. */
export async function deleteUnlessRefused(remove: () => Promise<void>): Promise<SoteriaError | undefined> {
  try {
    await remove();
    return undefined;
  } catch (error) {
    if (isFinalRefusal(error)) return error;
    throw error;
  }
}

/** Creates, or finds what has the name already: whose it is, is decided from its marks. */
export async function createOrFind<T>(
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<{ readonly seen: T | undefined }> {
  try {
    return { seen: await create() };
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'name_conflict') return { seen: await find() };
    throw error;
  }
}
