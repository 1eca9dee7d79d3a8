/**
 * Changes that another site's page makes a browser send. A browser adds a cookie, or the proxy's, to any request; what it does not let
 * another site do is add a header of its own, or say that the request comes from here.
 */
import type { MiddlewareHandler } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';

/** The page sends it with every change. */
export const ownHeader = 'x-soteria-request';

export function refuseCrossSite(): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const { proof } = c.get('incoming').caller;
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    // No browser adds a token or a signature by itself.
    if (!isRead && proof !== 'token' && proof !== 'signature') {
      const why = whyForeign((name) => c.req.header(name), { isCookie: proof === 'proxy' || proof === 'session' });
      if (why !== undefined) throw crossSite(why);
    }
    return next();
  };
}

/** Undefined: it comes from here. Pure. */
export function whyForeign(
  header: (name: string) => string | undefined,
  { isCookie }: { readonly isCookie: boolean },
): string | undefined {
  const site = header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return `the browser says that it comes from ${site.slice(0, 40)}`;
  const origin = header('origin');
  const hosts = [header('host'), header('x-forwarded-host')];
  if (origin !== undefined && !hosts.includes(hostOf(origin))) return `it comes from a page of ${origin.slice(0, 100)}`;
  return isCookie && header(ownHeader) === undefined ? `it has no header ${ownHeader}` : undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function crossSite(why: string): SoteriaError {
  return new SoteriaError('forbidden', {
    what: 'the change was refused',
    why,
    fix: `send it from the console's own page, or with the header "${ownHeader}: 1", or with a Bearer token`,
  });
}
