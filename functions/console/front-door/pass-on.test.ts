import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Caller } from '@soteria/shared/identity/caller.ts';
import { bodyDigestOf } from '@soteria/shared/identity/signature.ts';
import { verifyRequest } from '@soteria/shared/identity/verify-request.ts';
import { createTestBench } from '../test-bench.ts';
import { type Answer, type Recorded, startRecordingFunction } from '../testing/recording-function.ts';

const secret = 'current-secret-current-secret-current';
const ana: Caller = { user: 'ana@example.org', groups: ['ops', 'team, two'], proof: 'token' };

function benchOf(url: string, { caller = ana, env = {} }: { caller?: Caller; env?: Record<string, string> } = {}) {
  const urls = `backup=${url},restore=${url},policy-tick=${url},b2-usage=${url}`;
  return createTestBench({ caller, env: { SOTERIA_FUNCTION_URLS: urls, SOTERIA_SIGNING_SECRET: secret, ...env } });
}

async function open(answer?: Answer, options?: Parameters<typeof benchOf>[1]) {
  const behind = await startRecordingFunction(answer);
  return { ...behind, ...benchOf(behind.url, options) };
}

function verify({ method, path, headers, body }: Recorded, now: Date) {
  const text = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  const sent = { method, path, bodyDigest: () => Promise.resolve(bodyDigestOf(body)) };
  const entries = (): [string, string][] => [];
  return verifyRequest({ get: text, [Symbol.iterator]: () => entries()[Symbol.iterator]() }, sent, [secret], now);
}

describe('what belongs to another function', () => {
  it('is not left waiting for a reader of a HEAD', async () => {
    const closed = Promise.withResolvers<boolean>();
    const { unchecked } = await open((response) => {
      response.once('close', () => closed.resolve(response.writableFinished));
      response.writeHead(200, { 'content-type': 'application/json' }).write('[');
    });
    const answer = await unchecked.request('/v1/backups', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await closed.promise).toBe(false);
  });

  it('reaches it as it was sent, signed with who asks', async () => {
    const { unchecked, requests, now } = await open((response) =>
      response
        .writeHead(202, { 'content-type': 'application/json', location: '/v1/operations/x', 'x-own': 'kept' })
        .end('{}'),
    );
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': 'k-1',
      accept: 'application/json',
      authorization: 'Bearer of-ana',
      cookie: 'soteria=session',
    };
    const body = JSON.stringify({ namespace: 'shop', pvc: 'data' });
    const init = { method: 'DELETE', headers, body };
    const answer = await unchecked.request('/v1/policies/nightly?dry_run=true', init);
    expect(requests).toMatchObject([{ method: 'DELETE', path: '/v1/policies/nightly?dry_run=true', body }]);
    expect([answer.status, answer.headers.get('location'), answer.headers.get('x-own')]).toEqual([
      202,
      '/v1/operations/x',
      'kept',
    ]);
    const [request] = requests;
    if (request === undefined) throw new Error('nothing was passed on');
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k-1' });
    expect(request.headers.authorization).toBeUndefined();
    expect(request.headers.cookie).toBeUndefined();
    expect(request.headers['traceparent']).toMatch(/^00-/);
    expect(await verify(request, now())).toEqual({ user: ana.user, groups: ana.groups });
  });

  it('is answered with the function’s own words', async () => {
    const problem = { type: 'urn:soteria:problem:not_found', title: 't', status: 404, detail: 'd', code: 'not_found' };
    const body = JSON.stringify({ ...problem, what: 'no such operation', why: 'w', fix: 'f' });
    const { app } = await open((response) =>
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end(body),
    );
    const answer = await app.request('/v1/restores/gone');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ what: 'no such operation' });
  });

  it('carries no identity that the caller has made up', async () => {
    const anonymous: Caller = { user: 'anonymous', groups: [], proof: 'none' };
    const { unchecked, requests } = await open(undefined, {
      caller: anonymous,
      env: { SOTERIA_AUTH_REQUIRED: 'false' },
    });
    const forged = {
      'x-soteria-user': 'root',
      'x-soteria-groups': 'system%3Amasters',
      'x-soteria-signature': 'v1=00',
      'x-soteria-timestamp': '1',
      'x-forwarded-user': 'root',
      'x-forwarded-for': '10.0.0.1',
      'remote-user': 'root',
      connection: 'x-drop',
      'x-drop': '1',
    };
    await unchecked.request('/v1/coverage', { headers: forged });
    const names = Object.keys(requests[0]?.headers ?? {});
    expect(names.toSorted()).toEqual(['connection', 'host', 'traceparent']);
  });

  it('streams: the first part is there before the last is made', async () => {
    let finish = (): void => undefined;
    const { url } = await startRecordingFunction((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('first');
      finish = () => void response.end('last');
    });
    const answer = await benchOf(url).unchecked.request('/v1/coverage');
    const reader = answer.body?.getReader();
    const read = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(await read()).toBe('first');
    finish();
    expect(await read()).toBe('last');
  });

  it('has no words of a gateway that does not reach the function', async () => {
    const { app } = await open((response) =>
      response.writeHead(503, { 'content-type': 'text/plain' }).end('no healthy upstream'),
    );
    const answer = await app.request('/v1/b2');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({
      code: 'function_unavailable',
      what: 'the function b2-usage could not be asked',
    });
  });

  it('is a problem document when nothing is there, and no wait for ever', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const answer = await benchOf(`http://127.0.0.1:${port}`).app.request('/v1/backups');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'function_unavailable' });
  });

  it('waits for a function that wakes', async () => {
    const first = await startRecordingFunction();
    const { port } = first;
    // Another address of this machine has the port free until the function begins to listen there.
    const url = `http://127.0.0.2:${port}`;
    const answer = benchOf(url).unchecked.request('/v1/backups');
    const server = createServer((_request, response) => response.writeHead(200).end('awake'));
    server.listen(port, '127.0.0.2');
    await once(server, 'listening');
    expect(await (await answer).text()).toBe('awake');
    server.closeAllConnections();
    server.close();
  });
});

describe('without a signing secret', () => {
  it('a token goes on, because the function can ask about it itself', async () => {
    const { unchecked, requests } = await open(undefined, { env: { SOTERIA_SIGNING_SECRET: '' } });
    await unchecked.request('/v1/coverage', { headers: { authorization: 'Bearer of-ana' } });
    expect(requests[0]?.headers.authorization).toBe('Bearer of-ana');
  });

  it('nobody else is passed on, and the answer says what is missing', async () => {
    const signed: Caller = { ...ana, proof: 'signature' };
    const { unchecked, requests } = await open(undefined, { caller: signed, env: { SOTERIA_SIGNING_SECRET: '' } });
    const answer = await unchecked.request('/v1/coverage');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_settings',
      fix: expect.stringContaining('soteria-signing'),
    });
    expect(requests).toEqual([]);
  });
});

it('a path that no function owns is refused by the console itself', async () => {
  const { app, requests } = await open();
  for (const path of ['/v1/nothing', '/v1/backupsets', '/v1/inventory/x']) {
    expect((await app.request(path)).status).toBe(404);
  }
  expect((await app.request('/v1/whoami', { method: 'DELETE' })).status).toBe(405);
  expect(requests).toEqual([]);
});
