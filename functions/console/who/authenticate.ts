/** The ways to prove who asks that only the console has, before those of every function. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { refuseOtherGroups } from '@soteria/shared/identity/allowed-groups.ts';
import type { Authenticate, AuthenticationRequest } from '@soteria/shared/identity/authenticate.ts';
import type { Caller } from '@soteria/shared/identity/caller.ts';
import type { ConsoleSettings } from '../config.ts';
import { proxyCaller } from './proxy-identity.ts';

/** A browser that opens a page and has proved nothing: it is answered how to sign in, and nothing else (`answer-stranger.ts`). */
export const unknownVisitor: Caller = { user: 'unknown visitor', groups: [], proof: 'none' };

export type AuthenticateSettings = Pick<ConsoleSettings, 'proxy' | 'allowedGroups'>;

export function createConsoleAuthenticate(
  usual: Authenticate,
  { proxy, allowedGroups }: AuthenticateSettings,
): Authenticate {
  return async (request) => {
    // At the event door nobody is a person.
    const caller = request.door === 'http' ? proxyCaller(request.headers, proxy) : undefined;
    if (caller !== undefined) {
      refuseOtherGroups(caller, allowedGroups);
      return caller;
    }
    try {
      return await usual(request);
    } catch (error) {
      const isUnknown = error instanceof SoteriaError && error.code === 'unauthenticated';
      if (isUnknown && isVisit(request)) return unknownVisitor;
      throw error;
    }
  };
}

/** It shows a page: without proof of any kind, and wanting HTML. */
function isVisit(request: AuthenticationRequest): boolean {
  if (request.door !== 'http' || request.method !== 'GET' || request.headers.get('authorization') !== null)
    return false;
  return request.headers.get('accept')?.includes('text/html') === true;
}
