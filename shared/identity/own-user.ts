/**
 * Whom an event speaks for when it is signed with the shared secret and names nobody: the functions themselves. Nobody else can have
 * this name: an HTTP request or an event that claims it is refused, and a token proves another kind of caller.
 */
import type { Caller } from './caller.ts';

export const ownUser = 'system:soteria';

/** True: one of the product's own functions, by its signature. */
export function isOwn(caller: Caller): boolean {
  return caller.proof === 'signature' && caller.user === ownUser;
}
