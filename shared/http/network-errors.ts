/** What a failed exchange means, for every server: never sent, refused by TLS, or lost on the way. Pure. */

/** The transport's own deadline for one exchange has passed. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no complete answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** A kept-alive connection that the server closed just as it was used again: no sign that the server is unwell. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

/** Node's error code, such as `ECONNREFUSED`; undefined for anything else. */
export function networkCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True: the server has certainly not seen the request, so even what must not happen twice may be sent again. */
export function wasNeverSent(thrown: unknown): boolean {
  const code = networkCode(thrown);
  return code !== undefined && (neverSent.has(code) || isTlsRefusal(thrown));
}

/** A certificate problem: asking again changes nothing. */
export function isTlsRefusal(thrown: unknown): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(
    networkCode(thrown) ?? '',
  );
}
