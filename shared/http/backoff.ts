/** How long to wait before asking the API server again: exponential with full jitter, or what the server itself asks for. Pure. */

export interface BackoffLimits {
  /** Upper bound of the first wait; doubles with every further one. */
  readonly baseMs: number;
  /** Upper bound of every wait that the server did not ask for. */
  readonly capMs: number;
}

/** Full jitter: anything between nothing and the bound, so that clients failing together do not return together. */
export function backoffMs(failures: number, limits: BackoffLimits, random: () => number): number {
  const bound = Math.min(limits.capMs, limits.baseMs * 2 ** Math.max(0, failures - 1));
  return Math.round(random() * bound);
}

/** `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
