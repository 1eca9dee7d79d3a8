/** One POST to a channel, and what its answer means. The address may be a secret: nothing that is said of a failure quotes it. */
import { retryAfterMs } from '@soteria/shared/http/backoff.ts';
import { createHttpExchange, readText } from '@soteria/shared/http/exchange.ts';
import { ExchangeTimeout, isTlsRefusal, networkCode } from '@soteria/shared/http/network-errors.ts';
import type { SendOutcome } from './channel.ts';

export const sendTimeoutMs = 10_000;
const maxAnswer = 4_096;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `wordsOf`: what the channel says of its refusal, bounded; without it only the status is told. */
export async function post(
  { url, headers, body }: Post,
  signal: AbortSignal,
  wordsOf: (answer: string) => string | undefined = () => undefined,
): Promise<SendOutcome> {
  // A notice an hour: no connection is kept for it.
  const exchange = createHttpExchange({ pool: { keepAlive: false } });
  try {
    const response = await exchange.open({ method: 'POST', url, headers, body }, { signal, timeoutMs: sendTimeoutMs });
    const answer = await readText(response, maxAnswer);
    return outcomeOf(response.statusCode ?? 0, response.headers['retry-after'], wordsOf(answer));
  } catch (thrown) {
    return { kind: 'failed', why: reasonOf(thrown, signal) };
  } finally {
    exchange.close();
  }
}

function outcomeOf(status: number, retryAfter: string | undefined, words: string | undefined): SendOutcome {
  if (status >= 200 && status <= 299) return { kind: 'sent' };
  const why = `it answered ${status}${words === undefined ? '' : `: ${words.slice(0, 200)}`}`;
  const isLasting = status < 500 && status !== 408 && status !== 425 && status !== 429;
  return isLasting
    ? { kind: 'refused', why }
    : { kind: 'failed', why, retryAfterMs: retryAfterMs(retryAfter, Date.now()) };
}

function reasonOf(thrown: unknown, signal: AbortSignal): string {
  if (thrown instanceof ExchangeTimeout) return `no answer within ${sendTimeoutMs / 1000} s`;
  if (signal.aborted) return 'the function is stopping';
  const code = networkCode(thrown) ?? 'the connection was lost';
  return isTlsRefusal(thrown) ? `its certificate is not accepted (${code})` : `it cannot be reached (${code})`;
}
