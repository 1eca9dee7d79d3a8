/** A SoteriaError as an HTTP caller reads it: a problem document of RFC 9457. Pure. */
import type { SoteriaError } from '../errors.ts';

export const problemContentType = 'application/problem+json';

export const defaultRetryAfterSeconds = 5;
/** A day; also keeps the header a plain number. */
const maxRetryAfterSeconds = 86_400;

export interface ProblemContext {
  /** Path of the request. */
  readonly instance?: string | undefined;
  readonly traceId?: string | undefined;
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly instance?: string;
  readonly trace_id?: string;
  readonly [member: string]: unknown;
}

/** The error's own details come as further members; they never replace one of ours. */
export function problemOf(error: SoteriaError, context: ProblemContext = {}): ProblemDocument {
  return {
    ...error.details,
    type: `urn:soteria:problem:${error.code}`,
    title: titleOf(error.code),
    status: error.httpStatus,
    detail: error.message,
    code: error.code,
    ...error.explanation,
    ...(context.instance === undefined ? {} : { instance: context.instance }),
    ...(context.traceId === undefined ? {} : { trace_id: context.traceId }),
  };
}

/** Headers that go with every refusal, at both doors. `Retry-After` is whole seconds. */
export function refusalHeaders(error: SoteriaError): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': problemContentType, 'cache-control': 'no-store' };
  const seconds = retryAfterSeconds(error);
  if (seconds !== undefined) headers['retry-after'] = String(seconds);
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer realm="soteria"';
  return headers;
}

function retryAfterSeconds(error: SoteriaError): number | undefined {
  const asked = error.retryAfterSeconds;
  if (asked !== undefined && Number.isFinite(asked))
    return Math.min(Math.max(1, Math.ceil(asked)), maxRetryAfterSeconds);
  return error.code === 'rate_limited' || error.httpStatus === 503 ? defaultRetryAfterSeconds : undefined;
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
