/**
 * Why a request does not come from this machine's own user. The local servers authenticate no caller, so a page in a browser must not be able
 * to use them: neither from another origin, nor under a host name that resolves to this machine. Pure.
 */
export function whyForeignRequest({
  host,
  origin,
}: {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}): string | undefined {
  const name = (host ?? '').replace(/:\d+$/, '');
  const isLocal = name === '127.0.0.1' || name === 'localhost' || name === '[::1]';
  if (!isLocal) return `"${name}" is not a name of this machine`;
  return origin === undefined || origin === `http://${host}` ? undefined : 'it comes from a page of another origin';
}
