/**
 * A clock that is ahead of the machine's, so that hours of a cluster pass in no time: the parts of this process take `now`, and a function's
 * process gets its own `Date` (`node --import`). A real API server has its own clock, which cannot be moved from here.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface LocalClock {
  readonly now: () => Date;
  /** Arguments of Node; put them before the program's arguments. */
  readonly nodeArgs: readonly string[];
}

export function clockAhead(aheadMs: number): LocalClock {
  if (aheadMs === 0) return { now: () => new Date(), nodeArgs: [] };
  const hook = pathToFileURL(join(import.meta.dirname, 'clock-ahead-hook.ts'));
  hook.searchParams.set('ms', String(aheadMs));
  return { now: () => new Date(Date.now() + aheadMs), nodeArgs: ['--import', hook.href] };
}
