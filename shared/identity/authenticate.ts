/**
 * Who is it? The one step before every door. What is offered as proof must hold: a wrong token or signature is refused, never
 * treated as no proof at all. Whether an unproved event is accepted is the event door's question (`may-be-unsigned.ts`).
 */
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { reviewToken } from '../kubernetes/reviews.ts';
import { refuseOtherGroups } from './allowed-groups.ts';
import type { Caller } from './caller.ts';
import type { RequestHeaders } from '../http/request-headers.ts';
import { type SentEvent, verifyEvent } from './verify-event.ts';
import { type SentRequest, verifyRequest } from './verify-request.ts';
import { rememberCallers } from './remember-callers.ts';

export const anonymous: Caller = { user: 'anonymous', groups: [], proof: 'none' };

export type AuthenticationRequest = {
  readonly headers: RequestHeaders;
  readonly signal?: AbortSignal;
} & (
  | ({ readonly door: 'http' } & SentRequest)
  /** Without `event`, a signature is not looked at: what was refused for a wrong one must still reach the dead letters. */
  | { readonly door: 'event'; readonly event?: SentEvent }
);

/** Throws `unauthenticated`, `forbidden` for a caller in none of the allowed groups, or what the API server's refusal to review a token means. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Caller>;

export interface AuthenticateOptions {
  readonly client: KubernetesClient;
  /** True: an HTTP caller must prove who it is. */
  readonly authRequired: boolean;
  /** The current one and, while it is being replaced, the previous one. Empty: no signature is good. */
  readonly signingSecrets: readonly string[];
  /** What a token must be meant for; left out: the API server. */
  readonly audience?: string | undefined;
  /** Empty: everybody who can prove a name. */
  readonly allowedGroups?: readonly string[];
  readonly now: () => Date;
}

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { client, signingSecrets, audience, allowedGroups = [], now } = options;
  const callers = rememberCallers(now);

  async function callerOfToken(token: string, signal: AbortSignal | undefined): Promise<Caller> {
    const known = callers.recall(token);
    if (known !== undefined) return known;
    const audiences = audience === undefined ? undefined : [audience];
    const verdict = await reviewToken(client, token, { audiences }, { signal });
    if (!verdict.isAuthenticated || verdict.user === '')
      throw refused('the API server does not accept its bearer token');
    const caller: Caller = { user: verdict.user, groups: verdict.groups, proof: 'token' };
    callers.remember(token, caller);
    return caller;
  }

  async function callerOfSignature(request: AuthenticationRequest): Promise<Caller | undefined> {
    const verdict =
      request.door === 'http'
        ? await verifyRequest(request.headers, request, signingSecrets, now())
        : request.event && verifyEvent(request.event, signingSecrets);
    if (verdict === undefined) return undefined;
    if ('refusal' in verdict) throw refused(verdict.refusal);
    return { ...verdict, proof: 'signature' };
  }

  async function callerOf(request: AuthenticationRequest): Promise<Caller> {
    const authorization = request.headers.get('authorization');
    if (authorization !== null) {
      const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
      if (token === undefined) throw refused('its Authorization header is not of the form "Bearer <token>"');
      return callerOfToken(token, request.signal);
    }
    const signer = await callerOfSignature(request);
    if (signer !== undefined) return signer;
    if (request.door === 'http' && options.authRequired) throw refused('it carries neither a token nor a signature');
    return anonymous;
  }

  return async (request) => {
    const caller = await callerOf(request);
    refuseOtherGroups(caller, allowedGroups);
    return caller;
  };
}

function refused(reason: string): SoteriaError {
  return new SoteriaError('unauthenticated', {
    what: 'the caller is not known',
    why: reason,
    fix: 'send "Authorization: Bearer <token>" with a fresh token of a ServiceAccount (kubectl create token NAME), or go through the console',
  });
}
