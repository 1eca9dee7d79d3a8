/** `SOTERIA_ALLOWED_GROUPS`: who may use Soteria at all, before Kubernetes is asked what a caller may do where. Pure. */
import { SoteriaError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { isOwn } from './own-user.ts';

/** Throws `forbidden`. Empty: everybody. A caller without proof got past `authenticate` only because the settings say so. */
export function refuseOtherGroups(caller: Caller, allowed: readonly string[]): void {
  if (allowed.length === 0 || caller.proof === 'none' || isOwn(caller)) return;
  if (caller.groups.some((group) => allowed.includes(group))) return;
  throw new SoteriaError('forbidden', {
    what: `${caller.user} may not use Soteria`,
    why: 'the caller is in none of the groups of SOTERIA_ALLOWED_GROUPS',
    fix: 'have the caller added to one of these groups, or a group of the caller to the setting',
  });
}
