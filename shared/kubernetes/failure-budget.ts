/**
 * How many calls may fail: a bucket of tokens, one for each call that fails, filled again at a steady rate. When it is empty no call
 * is sent until the next token comes: a server that is down is asked now and then, not stormed. A call that succeeds costs nothing,
 * so the first token after the outage opens the way for all. Pure, but for what it remembers.
 */

export interface FailureBudgetLimits {
  /** Calls that may fail in a row. */
  readonly burst: number;
  readonly perMinute: number;
}

export const defaultFailureBudget: FailureBudgetLimits = { burst: 60, perMinute: 60 };

export interface FailureBudget {
  /** Milliseconds until a call may be sent; 0: now. `now` in milliseconds, as everywhere here. */
  waitMs(now: number): number;
  /** A call has failed. Those that were on their way when the bucket ran empty make it owe. */
  spend(now: number): void;
}

export function createFailureBudget({ burst, perMinute }: FailureBudgetLimits): FailureBudget {
  const perMs = perMinute / 60_000;
  let tokens = burst;
  let filledAt: number | undefined;

  function fill(now: number): void {
    // A clock that goes back gives nothing and takes nothing.
    tokens = Math.min(burst, tokens + Math.max(0, now - (filledAt ?? now)) * perMs);
    filledAt = now;
  }

  return {
    waitMs(now) {
      fill(now);
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs);
    },
    spend(now) {
      fill(now);
      tokens -= 1;
    },
  };
}
