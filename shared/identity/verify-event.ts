/** Is an event signed with the shared secret, and on whose behalf? */
import { ownUser } from './own-user.ts';
import { decodeGroups, isEventSignature } from './signature.ts';
import type { Verdict } from './verify-request.ts';

/** Extension attributes; CloudEvents asks for at most 20 lower-case characters. */
export const signatureAttribute = 'soteriasignature';
export const userAttribute = 'soteriauser';
export const groupsAttribute = 'soteriagroups';

export interface SentEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  /** Its own `time`, not the instant it arrived somewhere. */
  readonly statedTime: Date | undefined;
  readonly data: unknown;
  readonly extensions: Readonly<Record<string, string>>;
}

/** Undefined: it is not signed. */
export function verifyEvent(event: SentEvent, secrets: readonly string[]): Verdict | undefined {
  const signature = event.extensions[signatureAttribute];
  if (signature === undefined) return undefined;
  const { id, source, type, subject, statedTime: time, data } = event;
  const user = event.extensions[userAttribute];
  const groups = decodeGroups(event.extensions[groupsAttribute] ?? '');
  if (time === undefined) return { refusal: 'it is signed but has no time' };
  if (groups === undefined || user === '')
    return { refusal: `its ${userAttribute} or ${groupsAttribute} cannot be read` };
  if (user === ownUser) return { refusal: `no caller may be named ${ownUser}` };
  if (!isEventSignature(signature, { id, source, type, subject, time, user, groups, data }, secrets)) {
    return { refusal: 'its signature does not fit' };
  }
  return { user: user ?? ownUser, groups };
}
