/** The web page at every path that is neither `/v1` nor `/metrics`. The page itself reads the path: a link shows what its sender saw. */
import type { Context, Hono } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import type { PageFile, PageFiles } from './read-page-files.ts';
import { securityHeaders } from './security-headers.ts';

const indexPath = '/index.html';
/** Names of files in it hold a hash of what they contain. */
const hashedFolder = '/assets/';

/** To be mounted last. `all`: a path of `/v1` without a route is refused as such, not as one for GET. */
export function servePage(app: Hono<KitEnv>, files: PageFiles): void {
  app.all('*', async (c, next) => {
    const path = decodeURIComponent(new URL(c.req.raw.url).pathname);
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isRead || /^\/(v1|metrics)(\/|$)/.test(path)) return next();
    if (/(^|[/\\])\.\.([/\\]|$)/.test(path)) throw climbs(path);
    const file = await files(path === '/' ? indexPath : path);
    if (file !== undefined) return answerFile(c, file, path.startsWith(hashedFolder));
    if (path.startsWith(hashedFolder)) throw noSuchFile(path);
    const index = await files(indexPath);
    if (index === undefined) throw notBuilt();
    return answerFile(c, index);
  });
}

export function answerFile(c: Context<KitEnv>, file: PageFile, isHashed = false): Response {
  const headers = {
    ...securityHeaders,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: file.etag,
  };
  if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
  const takesBrotli = /(^|[\s,])br\s*(,|;(?!\s*q=0(\.0*)?\s*(,|$))|$)/.test(c.req.header('accept-encoding') ?? '');
  const brotli = takesBrotli ? file.brotli : undefined;
  return c.body(brotli ?? file.bytes, 200, {
    ...headers,
    'content-type': file.type,
    ...(brotli === undefined ? {} : { 'content-encoding': 'br' }),
  });
}

function climbs(path: string): SoteriaError {
  return new SoteriaError('invalid_request', {
    what: `there is nothing at ${path.slice(0, 200)}`,
    why: 'the path leads out of its folder',
    fix: 'leave the parts ".." out',
  });
}

function noSuchFile(path: string): SoteriaError {
  return new SoteriaError('not_found', {
    what: `there is no file at ${path.slice(0, 200)}`,
    why: 'this version of the page has no such file',
    fix: 'reload the page: it names the files of the version that is installed',
  });
}

function notBuilt(): SoteriaError {
  return new SoteriaError('not_found', {
    what: 'the web page is not here',
    why: 'it was not built before this function was bundled',
    fix: 'build the page and bundle again; everything under /v1 works without it',
  });
}
