/**
 * Signatures with the secret the functions share: HMAC-SHA256 over what must not be changed on the way. Two secrets count at a time,
 * so that it can be replaced without a gap.
 *
 * 1. What is signed is a JSON array, so no member can run into the next.
 * 2. An event is signed over the meaning of its data (canonical JSON) and its time in milliseconds, because brokers write both anew.
 * 3. An event without a time cannot be signed: the signature would be good for ever.
 */
import { createHash, createHmac } from 'node:crypto';
import { equalsOneOf } from './equals-one-of.ts';

const prefix = 'v1=';

export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly user: string;
  readonly groups: readonly string[];
  /** When it was signed: milliseconds since 1970, as text. */
  readonly timestamp: string;
  /** `bodyDigestOf` the body. */
  readonly bodyDigest: string;
}

export interface SignedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  readonly time: Date;
  /** On whose behalf; undefined: the product's own. */
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly data: unknown;
}

export function signRequest(request: SignedRequest, secret: string): string {
  return sign(requestText(request), secret);
}

export function isRequestSignature(signature: string, request: SignedRequest, secrets: readonly string[]): boolean {
  return isSignature(signature, requestText(request), secrets);
}

export function signEvent(event: SignedEvent, secret: string): string {
  return sign(eventText(event), secret);
}

export function isEventSignature(signature: string, event: SignedEvent, secrets: readonly string[]): boolean {
  return isSignature(signature, eventText(event), secrets);
}

/** Lower-case hexadecimal SHA-256. */
export function bodyDigestOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Groups as one header value or event attribute. */
export function encodeGroups(groups: readonly string[]): string {
  return groups.map((group) => encodeURIComponent(group.toWellFormed())).join(',');
}

/** Undefined when it is not what `encodeGroups` makes. */
export function decodeGroups(text: string): readonly string[] | undefined {
  if (text === '') return [];
  try {
    return text.split(',').map((group) => decodeURIComponent(group));
  } catch {
    return undefined;
  }
}

function requestText(request: SignedRequest): string {
  const { method, path, user, groups, timestamp, bodyDigest } = request;
  return JSON.stringify(['soteria-request', method.toUpperCase(), path, user, groups, timestamp, bodyDigest]);
}

function eventText(event: SignedEvent): string {
  const { id, source, type, subject, time, user, groups, data } = event;
  const digest = bodyDigestOf(canonicalJson(data));
  return JSON.stringify([
    'soteria-event',
    id,
    source,
    type,
    subject ?? null,
    time.getTime(),
    user ?? null,
    groups,
    digest,
  ]);
}

/** JSON with sorted member names: equal for equal meaning. */
function canonicalJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, sortMembers);
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sign(text: string, secret: string): string {
  return prefix + createHmac('sha256', secret).update(text).digest('hex');
}

function isSignature(signature: string, text: string, secrets: readonly string[]): boolean {
  const expected = secrets.map((secret) => sign(text, secret));
  return equalsOneOf(signature, expected);
}
