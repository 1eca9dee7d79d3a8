/**
 * What listens here asks nobody who they are, so a page in a browser on this machine must not be able to use it: not from another
 * origin, and not under a name that was made to point here. Pure.
 */
export function whyStranger({
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
