/** Read-only check of Longhorn's REST address (`SOTERIA_LONGHORN_URL`): says whether somebody answers there, nothing else. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Reachability {
  readonly isReachable: boolean;
  /** Why not, in our own words. */
  readonly why?: string | undefined;
}

export interface ReachabilityOptions {
  /** Default 3000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const whyByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection timed out',
  ABORT_ERR: 'the check was cancelled',
};

/** `GET <url>/v1`; never throws. */
export function checkReachability(
  url: string,
  { timeoutMs = 3000, signal }: ReachabilityOptions = {},
): Promise<Reachability> {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    return Promise.resolve({ isReachable: false, why: 'it is not an http or https URL' });
  }
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1`;
  const start = base.protocol === 'https:' ? httpsRequest : httpRequest;
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const sent = start(base, {
      method: 'GET',
      agent: false,
      headers: { accept: 'application/json' },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    sent.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => {});
      response.destroy();
      resolve(
        status === 200 ? { isReachable: true } : { isReachable: false, why: `it answered with status ${status}` },
      );
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const why = timeout.aborted
        ? `it did not answer within ${timeoutMs} ms`
        : (whyByCode[error.code ?? ''] ?? 'the connection failed');
      resolve({ isReachable: false, why });
    });
    sent.end();
  });
}
