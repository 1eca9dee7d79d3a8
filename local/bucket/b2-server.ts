/**
 * Backblaze B2's native API as far as a reader needs it, on 127.0.0.1: login, listing buckets, versions, unfinished large files
 * and their parts, with the paging, limits of keys, expiring tokens and refusals of the real one. Nothing can be written.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, listenOnLoopback } from '../mesh/loopback-server.ts';
import { answerCall, B2Refusal } from './answer-call.ts';
import type { StoredVersion } from './stored-version.ts';

export interface B2Key {
  readonly keyId: string;
  readonly applicationKey: string;
  readonly capabilities: readonly string[];
  /** Undefined: all buckets. */
  readonly bucket?: string;
  readonly namePrefix?: string;
}

export interface B2Bucket {
  readonly name: string;
  /** All versions, in listing order; called for every request. */
  readonly versions: () => Promise<readonly StoredVersion[]>;
  readonly isLocked?: boolean;
  readonly daysFromHidingToDeleting?: number;
}

/** The fault of the next answer, called before every request; `drop` breaks the connection in the middle of the answer. */
export type B2Trouble = (
  call: string,
  count: number,
) => { status: number; code: string; retryAfter?: string } | 'drop' | undefined;

export interface B2ServerOptions {
  readonly keys: readonly B2Key[];
  readonly buckets: readonly B2Bucket[];
  readonly port?: number;
  /** A token is valid for this many calls. */
  readonly callsPerToken?: number;
  readonly trouble?: B2Trouble;
}

export interface B2Server extends LoopbackServer {
  /** Names of the calls, in order. */
  readonly calls: readonly string[];
}

interface Session {
  readonly key: B2Key;
  callsLeft: number;
}

export async function startB2Server(options: B2ServerOptions): Promise<B2Server> {
  const calls: string[] = [];
  const sessions = new Map<string, Session>();

  function logIn(authorization: string | undefined) {
    const [keyId, applicationKey] = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':');
    const key = options.keys.find((one) => one.keyId === keyId && one.applicationKey === applicationKey);
    if (key === undefined) throw new B2Refusal(401, 'unauthorized');
    const token = `token-${sessions.size + 1}`;
    sessions.set(token, { key, callsLeft: options.callsPerToken ?? Infinity });
    const { bucket, namePrefix = null, capabilities } = key;
    const buckets = bucket === undefined ? null : [{ id: `id-${bucket}`, name: bucket }];
    return {
      accountId: 'local',
      authorizationToken: token,
      apiInfo: { storageApi: { apiUrl: server.url, allowed: { buckets, capabilities, namePrefix } } },
    };
  }

  function sessionOf(token: string | undefined): Session {
    const session = sessions.get(token ?? '');
    if (session === undefined) throw new B2Refusal(401, 'bad_auth_token');
    if (session.callsLeft <= 0) throw new B2Refusal(401, 'expired_auth_token');
    session.callsLeft -= 1;
    return session;
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const call = /^\/b2api\/v[34]\/(b2_\w+)$/.exec(request.url ?? '')?.[1] ?? '';
    calls.push(call);
    const trouble = options.trouble?.(call, calls.length);
    if (trouble === 'drop') return trouble;
    if (trouble !== undefined) throw new B2Refusal(trouble.status, trouble.code, trouble.retryAfter);
    if (call === 'b2_authorize_account') return logIn(request.headers.authorization);
    const { key } = sessionOf(request.headers.authorization);
    return answerCall(call, await readJson(request), key, options.buckets);
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await answer(request);
      if (body !== 'drop') return send(response, 200, body);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"files": [', () => response.destroy());
    } catch (error) {
      const { status, code, retryAfter } = error instanceof B2Refusal ? error : new B2Refusal(500, 'internal_error');
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      send(response, status, { status, code, message: code });
    }
  }

  const server = await listenOnLoopback((request, response) => void respond(request, response), {
    port: options.port ?? 0,
  });
  return { ...server, calls };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text);
  } catch {
    throw new B2Refusal(400, 'bad_json');
  }
}
