/**
 * Says to a monitor outside the cluster that an evaluation is complete: it raises the alarm when nothing comes any more. The URL is a secret, because
 * who knows it can send a heartbeat in our name: no log and no error quotes it.
 */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { createHttpExchange } from '@soteria/shared/http/exchange.ts';
import { ExchangeTimeout, networkCode } from '@soteria/shared/http/network-errors.ts';
import type { Evaluated } from '../evaluate/evaluate-policies.ts';

/** Never rejects: a failure is logged, and the evaluation counts all the same. */
export type SendHeartbeat = (evaluated: Evaluated, incoming: Pick<Incoming, 'signal' | 'log'>) => Promise<void>;

const deadlineMs = 5_000;

export function createSendHeartbeat(heartbeatUrl: string, timeoutMs = deadlineMs): SendHeartbeat {
  return async ({ overdue }, { signal, log }) => {
    // One in an hour: no connection is kept for it.
    const exchange = createHttpExchange({ pool: { keepAlive: false } });
    try {
      const url = overdue === 0 ? new URL(heartbeatUrl) : failUrl(heartbeatUrl);
      const answer = await exchange.open({ method: 'GET', url, headers: {} }, { signal, timeoutMs });
      for await (const _chunk of answer);
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode <= 299) log.info('heartbeat_sent', { overdue });
      else log.warn('heartbeat_failed', { overdue, why: `the monitor answered ${statusCode}` });
    } catch (thrown) {
      log.warn('heartbeat_failed', { overdue, why: whyOf(thrown, signal, timeoutMs) });
    } finally {
      exchange.close();
    }
  };
}

/** As Healthchecks has it: `/fail` after the path. */
function failUrl(heartbeatUrl: string): URL {
  const url = new URL(heartbeatUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
  return url;
}

/** Messages of Node may quote the address. */
function whyOf(thrown: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (thrown instanceof ExchangeTimeout) return `the monitor did not answer within ${timeoutMs} ms`;
  if (signal.aborted) return 'the function is stopping';
  return `the monitor cannot be reached: ${networkCode(thrown) ?? 'the connection was lost'}`;
}
