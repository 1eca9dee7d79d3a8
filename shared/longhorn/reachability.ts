/** Read-only check of Longhorn's REST address (`SOTERIA_LONGHORN_URL`): says whether somebody answers there, nothing else. */
import { createHttpExchange } from '../http/exchange.ts';
import { ExchangeTimeout, networkCode } from '../http/network-errors.ts';

export interface Reachability {
  readonly isReachable: boolean;
  /** Why not, in our own words. */
  readonly why?: string | undefined;
}

/** A look-up of the host's name cannot be cancelled: plans that each began one would queue up behind a name server that does not answer. */
export const reachableForMs = 5_000;

const whyByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ETIMEDOUT: 'the connection timed out',
};

/** `GET <url>/v1`; never throws. */
export async function checkReachability(
  url: string,
  { timeoutMs = 3000 }: { readonly timeoutMs?: number } = {},
): Promise<Reachability> {
  const base = URL.parse(url);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    return { isReachable: false, why: 'it is not an http or https URL' };
  }
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/v1`;
  const exchange = createHttpExchange({ pool: { keepAlive: false } });
  try {
    const request = { method: 'GET', url: base, headers: { accept: 'application/json' } } as const;
    const answer = await exchange.open(request, { timeoutMs });
    answer.destroy();
    const { statusCode: status = 0 } = answer;
    return status === 200 ? { isReachable: true } : { isReachable: false, why: `it answered with status ${status}` };
  } catch (error) {
    if (error instanceof ExchangeTimeout)
      return { isReachable: false, why: `it did not answer within ${timeoutMs} ms` };
    return { isReachable: false, why: whyByCode[networkCode(error) ?? ''] ?? 'the connection failed' };
  }
}
