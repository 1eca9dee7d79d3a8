/**
 * What the event door answers when it does not answer 204. Pure.
 *
 * 1. Only 400, 401, 403, 413, 422 (permanent: dead-lettered at once) and 429, 503 (redelivered) ever leave. Knative also redelivers on 404, 408
 *    and 409, and a source takes a plain 500 for an event that is lost.
 * 2. A body has at most 512 bytes: a dead-lettered answer of 769 bytes or more crashes Knative's in-memory dispatcher.
 */
import type { SoteriaError } from '../errors.ts';
import { defaultRetryAfterSeconds, refusalHeaders } from './problem.ts';

const permanentStatuses = [400, 401, 403, 413, 422] as const;
export type EventRefusalStatus = (typeof permanentStatuses)[number] | 429 | 503;
export const maxEventBodyBytes = 512;

export interface EventRefusal {
  readonly status: EventRefusalStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function eventRefusalOf(error: SoteriaError): EventRefusal {
  const status = statusOf(error);
  const headers = refusalHeaders(error);
  if (status === 429 || status === 503) headers['retry-after'] ??= String(defaultRetryAfterSeconds);
  else delete headers['retry-after'];
  return { status, headers, body: bodyOf(error) };
}

function statusOf(error: SoteriaError): EventRefusalStatus {
  if (error.isRetryable) return error.code === 'rate_limited' ? 429 : 503;
  return permanentStatuses.find((status) => status === error.httpStatus) ?? 422;
}

/** Code, what, why and fix; the longest text is cut until all fit. */
function bodyOf(error: SoteriaError): string {
  const texts = {
    what: error.explanation.what.toWellFormed(),
    why: error.explanation.why.toWellFormed(),
    fix: error.explanation.fix.toWellFormed(),
  };
  for (;;) {
    const body = JSON.stringify({ code: error.code, ...texts });
    const excess = Buffer.byteLength(body) - maxEventBodyBytes;
    if (excess <= 0) return body;
    const longest = longestOf(texts);
    // A character may take up to six bytes in JSON; cutting too little only means another round.
    const keep = Math.max(0, texts[longest].length - 1 - Math.max(1, Math.floor(excess / 6)));
    texts[longest] = `${texts[longest].slice(0, keep).toWellFormed()}…`;
  }
}

function longestOf(texts: { what: string; why: string; fix: string }): 'what' | 'why' | 'fix' {
  const size = (name: 'what' | 'why' | 'fix'): number => Buffer.byteLength(JSON.stringify(texts[name]));
  return (['what', 'why', 'fix'] as const).reduce((longest, name) => (size(name) > size(longest) ? name : longest));
}
