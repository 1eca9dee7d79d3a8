/** What a browser sees that has proved nothing: how to sign in. It stands before every route, so no path leads past it. */
import type { MiddlewareHandler } from 'hono';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import { securityHeaders } from '../page-files/security-headers.ts';
import { unknownVisitor } from './authenticate.ts';

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Soteria: sign in</title>
</head><body>
<h1>Soteria does not know who you are</h1>
<p>Open this page through the proxy that signs you in. Without one, or when it is away, reach the API with a token of the cluster:</p>
<p><code>kubectl -n kourier-system port-forward svc/kourier-internal 8080:80</code></p>
<p><code>curl -H "Host: console.soteria.svc.cluster.local" -H "Authorization: Bearer $(kubectl create token NAME)" http://127.0.0.1:8080/v1/inventory</code></p>
<p>docs/sign-in.md says how to set up a proxy.</p>
</body></html>
`;

export function answerStranger(): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    if (c.get('incoming').caller !== unknownVisitor) return next();
    return c.body(page, 401, {
      ...securityHeaders,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
  };
}
