/** What goes on to a function of a caller's headers, and what comes back of its answer's. Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Caller } from '@soteria/shared/identity/caller.ts';
import { signedIdentityHeaders } from '@soteria/shared/identity/verify-request.ts';

/** Everything else stays here: identity headers of any proxy, cookies, and what belongs to one connection. */
const passedOn = ['accept', 'content-type', 'idempotency-key', 'if-match', 'if-none-match'] as const;

export interface OnwardRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers: { get(name: string): string | null };
  readonly caller: Caller;
  readonly traceparent: string | undefined;
  readonly now: Date;
}

/** Throws `invalid_settings` when the function would not believe who asks. */
export function onwardHeaders(request: OnwardRequest, signingSecret: string | undefined): Record<string, string> {
  const { headers, traceparent } = request;
  const passed = passedOn.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...proofOf(request, signingSecret),
  };
}

/** A token is good for more than Soteria, so it does not travel where a signature can. */
function proofOf({ caller, headers, ...request }: OnwardRequest, secret: string | undefined): Record<string, string> {
  if (caller.proof === 'none') return {};
  const { user, groups } = caller;
  if (secret !== undefined) return signedIdentityHeaders({ ...request, user, groups }, secret);
  const authorization = headers.get('authorization');
  if (caller.proof === 'token' && authorization !== null) return { authorization };
  throw new SoteriaError('invalid_settings', {
    what: 'the request could not be passed on',
    why: 'SOTERIA_SIGNING_SECRET is not set, so no other function would believe who asks',
    fix: 'create the Secret soteria-signing; deploy/secret-example.yaml shows it',
  });
}

const keptHere: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function answerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const passed = Object.entries(headers).filter(([name]) => !keptHere.has(name) && !named.has(name));
  return Object.fromEntries(passed.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
