/**
 * Has this very Operation been run before? Flux and Argo CD make an Operation of a Git repository anew once it was purged. The name
 * tells when it was asked for, and a record is kept for a day after its end: one that appears again is a day late. Pure; judged by
 * the API server's clock alone. What came by HTTP or by event is judged by its identity instead.
 */
import { SoteriaError } from '../../errors.ts';
import { memoryMs } from './decide-memory.ts';
import { timeFromName } from './names.ts';
import type { Operation } from './schema.ts';

/** So far a clock may be ahead; a name of the future would be run again on each of the days until then. */
const aheadMs = 5 * 60_000;
/** Less than a record is kept for, by more than a clock may be ahead. */
const lateMs = memoryMs - 60 * 60_000;

const givenName = 'give it another name: metadata.generateName, or one that ends in the present time of UTC';

export function whyNotRunAgain({ metadata, spec }: Operation): SoteriaError | undefined {
  if (spec.identity !== undefined) return undefined;
  const { name, creationTimestamp } = metadata;
  const at = timeFromName(name);
  if (at === undefined) return undefined;
  const lateBy = Date.parse(creationTimestamp) - at.getTime();
  if (lateBy >= -aheadMs && lateBy <= lateMs) return undefined;
  const isLate = lateBy > 0;
  return new SoteriaError('request_expired', {
    what: `operation ${name} was not run`,
    why: isLate
      ? `its name says that it was asked for at ${at.toISOString()}, and it appeared at ${creationTimestamp}: what was asked for then has been run, and is brought back by whatever applies it again (Flux, Argo CD)`
      : `its name says that it is asked for at ${at.toISOString()}, which is after it appeared, at ${creationTimestamp}`,
    fix: isLate ? `remove it from the Git repository; to run it once more, ${givenName}` : givenName,
  });
}
