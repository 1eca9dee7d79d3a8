/** An S3 server for a bucket that exists in its pages only; it accepts every signature. */
import { type LoopbackServer, listenOnLoopback } from '../../local/mesh/loopback-server.ts';
import type { BucketPages } from './bucket-pages.ts';

export function servePages(pages: BucketPages): Promise<LoopbackServer> {
  return listenOnLoopback((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bucket');
    const withVersions = searchParams.has('versions');
    const isListing = pathname.replace(/\/$/, '') === '/bench' && (withVersions || searchParams.has('list-type'));
    if (!isListing) {
      // Any other call about the bucket: it exists, and nothing is set.
      response.writeHead(searchParams.size === 0 ? 200 : 404, { 'content-type': 'application/xml' });
      return void response.end(request.method === 'HEAD' ? '' : '<Error><Code>NoSuchConfiguration</Code></Error>');
    }
    const body = pages.page({
      prefix: searchParams.get('prefix') ?? '',
      hasDelimiter: (searchParams.get('delimiter') ?? '') !== '',
      withVersions,
      afterKey: searchParams.get('key-marker') ?? searchParams.get('continuation-token') ?? undefined,
      afterVersion: searchParams.get('version-id-marker') ?? undefined,
      limit: Number(searchParams.get('max-keys') ?? 1000),
    });
    response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}
