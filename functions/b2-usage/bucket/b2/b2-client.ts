/** Calls to B2's native API with a token that is renewed when it has expired; returns an answer, or a refusal in our words. */
import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import { bucketRefused, bucketUnavailable, reasonOf, type RefusalReason } from '../bucket-errors.ts';
import { type Exchange, readText, type StoreRequest } from '../exchange.ts';
import type { OnCall } from '../port.ts';
import { type Patience, withRetryAfter, tryAgain } from '../try-again.ts';
import { type Authorization, authorization, refusal } from './wire.ts';

export interface B2Settings {
  readonly endpoint: URL;
  readonly keyId: string;
  readonly applicationKey: string;
}

export interface B2Client {
  authorize(signal: AbortSignal): Promise<Authorization>;
  /** Retries by itself. Throws SoteriaErrors. */
  call<T>(name: string, body: Readonly<Record<string, unknown>>, shape: z.ZodType<T>, signal: AbortSignal): Promise<T>;
}

export interface B2ClientOptions {
  readonly settings: B2Settings;
  readonly exchange: Exchange;
  readonly patience: Patience;
  readonly onCall: OnCall;
}

const version = 'b2api/v4';
/** A page of 1,000 versions is about 500 KB; names may be 1,024 bytes long. */
const maxAnswerLength = 16 * 1024 * 1024;

const reasons: Readonly<Record<string, RefusalReason>> = {
  // The token is valid, so the key lacks the right.
  unauthorized: 'forbidden',
  bad_auth_token: 'bad_credentials',
  unsupported: 'forbidden',
  access_denied: 'forbidden',
  cap_exceeded: 'caps_exceeded',
  transaction_cap_exceeded: 'caps_exceeded',
  storage_cap_exceeded: 'caps_exceeded',
  bad_bucket_id: 'bucket_missing',
  no_such_bucket: 'bucket_missing',
};

const byStatus: Readonly<Record<number, RefusalReason>> = {
  401: 'bad_credentials',
  403: 'forbidden',
  404: 'not_supported',
};

const expiredToken = Symbol('expired_auth_token');

export function createB2Client({ settings, exchange, patience, onCall }: B2ClientOptions): B2Client {
  let known: Promise<Authorization> | undefined;

  async function exchangeOnce<T>(request: StoreRequest, what: string, shape: z.ZodType<T>, signal: AbortSignal) {
    onCall();
    const answer = await exchange.send(request, signal);
    const text = await readText(answer, request.url, maxAnswerLength);
    const json = parseJson(text);
    if (answer.statusCode !== 200) throw refusalOf(answer, json, what);
    const parsed = shape.safeParse(json);
    if (parsed.success) return parsed.data;
    throw bucketRefused('unexpected_answer', what, parsed.error);
  }

  function refusalOf({ statusCode = 0, headers }: IncomingMessage, json: unknown, what: string): unknown {
    const code = refusal.safeParse(json).data?.code ?? '';
    if (code === 'expired_auth_token') return expiredToken;
    if (statusCode === 429 || statusCode === 408 || statusCode >= 500) {
      const safeCode = /^\w{1,40}$/.test(code) ? code : '';
      const unavailable = bucketUnavailable(what, `B2 answers ${statusCode} ${safeCode}`.trim());
      return withRetryAfter(unavailable, headers['retry-after'], patience.now());
    }
    return bucketRefused(reasons[code] ?? byStatus[statusCode] ?? 'unexpected_answer', what);
  }

  async function ask(signal: AbortSignal): Promise<Authorization> {
    const { endpoint, keyId, applicationKey } = settings;
    const basic = Buffer.from(`${keyId}:${applicationKey}`).toString('base64');
    const request = {
      method: 'GET' as const,
      url: new URL(`${version}/b2_authorize_account`, withSlash(endpoint)),
      headers: { authorization: `Basic ${basic}` },
    };
    const what = `key ${keyId} could not log in to B2`;
    return tryAgain(() => logIn(request, what, signal), patience, signal);
  }

  /** Only a wrong key can be unauthorized here. */
  async function logIn(request: StoreRequest, what: string, signal: AbortSignal): Promise<Authorization> {
    try {
      return await exchangeOnce(request, what, authorization, signal);
    } catch (error) {
      throw reasonOf(error) === 'forbidden' ? bucketRefused('bad_credentials', what, error) : error;
    }
  }

  function authorize(signal: AbortSignal): Promise<Authorization> {
    const asked = (known ??= ask(signal));
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked;
  }

  async function callOnce<T>(name: string, body: unknown, shape: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    // Two expiries in a row have another cause.
    for (let renewals = 0; ; renewals += 1) {
      const asked = authorize(signal);
      const { authorizationToken, apiInfo } = await asked;
      const request = {
        method: 'POST' as const,
        url: new URL(`${version}/${name}`, withSlash(new URL(apiInfo.storageApi.apiUrl))),
        headers: { authorization: authorizationToken, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      try {
        return await exchangeOnce(request, `B2 did not answer ${name}`, shape, signal);
      } catch (thrown) {
        if (thrown !== expiredToken) throw thrown;
        if (renewals > 0) throw bucketRefused('bad_credentials', `B2 did not answer ${name}`);
        if (known === asked) known = undefined;
      }
    }
  }

  return {
    authorize,
    call: (name, body, shape, signal) => tryAgain(() => callOnce(name, body, shape, signal), patience, signal),
  };
}

function withSlash(url: URL): URL {
  return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
