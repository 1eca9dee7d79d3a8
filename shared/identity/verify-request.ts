/** Identity headers: who the console says is calling, signed with the shared secret. */
import type { RequestHeaders } from '../http/request-headers.ts';
import { bodyDigestOf, decodeGroups, encodeGroups, isRequestSignature, signRequest } from './signature.ts';
import { ownUser } from './own-user.ts';

export const identityHeaders = {
  user: 'x-soteria-user',
  groups: 'x-soteria-groups',
  timestamp: 'x-soteria-timestamp',
  signature: 'x-soteria-signature',
} as const;

const maxSkewMs = 5 * 60_000;

export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Read only when there is a signature to check. */
  readonly bodyDigest: () => Promise<string>;
}

/** Whose request it is, or why its signature is not accepted. */
export type Verdict = { readonly user: string; readonly groups: readonly string[] } | { readonly refusal: string };

/** Undefined: none of the identity headers is there. */
export async function verifyRequest(
  headers: RequestHeaders,
  request: SentRequest,
  secrets: readonly string[],
  now: Date,
): Promise<Verdict | undefined> {
  if (Object.values(identityHeaders).every((name) => headers.get(name) === null)) return undefined;
  const user = decodeUser(headers.get(identityHeaders.user));
  const groups = decodeGroups(headers.get(identityHeaders.groups) ?? '');
  const timestamp = headers.get(identityHeaders.timestamp) ?? '';
  const signature = headers.get(identityHeaders.signature);
  if (signature === null) return { refusal: `it carries identity headers without ${identityHeaders.signature}` };
  if (user === undefined || groups === undefined) return { refusal: 'its identity headers cannot be read' };
  if (user === ownUser) return { refusal: `no caller may be named ${ownUser}` };
  if (!/^\d{1,16}$/.test(timestamp))
    return { refusal: `its ${identityHeaders.timestamp} is not milliseconds since 1970` };
  if (Math.abs(now.getTime() - Number(timestamp)) > maxSkewMs) {
    return { refusal: 'it was signed more than 5 minutes ago or ahead of this clock' };
  }
  const { method, path } = request;
  const signed = { method, path, user, groups, timestamp, bodyDigest: await request.bodyDigest() };
  if (!isRequestSignature(signature, signed, secrets)) return { refusal: 'its signature does not fit' };
  return { user, groups };
}

export interface RequestToSign {
  readonly method: string;
  readonly path: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly body: Uint8Array | string;
  readonly now: Date;
}

/** What the console sends along when it passes a caller's request on to another function. */
export function signedIdentityHeaders(request: RequestToSign, secret: string): Record<string, string> {
  const { method, path, user, groups, body, now } = request;
  const timestamp = String(now.getTime());
  const signature = signRequest({ method, path, user, groups, timestamp, bodyDigest: bodyDigestOf(body) }, secret);
  return {
    [identityHeaders.user]: encodeURIComponent(user),
    [identityHeaders.groups]: encodeGroups(groups),
    [identityHeaders.timestamp]: timestamp,
    [identityHeaders.signature]: signature,
  };
}

function decodeUser(text: string | null): string | undefined {
  try {
    return text === null || text === '' ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
