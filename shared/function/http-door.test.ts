import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SoteriaError } from '../errors.ts';
import type { FunctionDefinition } from './contract.ts';
import { readJsonBody } from './json-body.ts';
import { currentSecret, kit, type KitOptions, present } from './testing/kit.ts';
import { signedIdentityHeaders } from '../identity/verify-request.ts';

const routes: FunctionDefinition['routes'] = (app) => {
  app.get('/v1/me', (c) => c.json({ ...c.get('incoming').caller, trace: c.get('incoming').traceparent }));
  app.post('/v1/echo/:name', async (c) => c.json({ body: await c.req.text(), user: c.get('incoming').caller.user }));
  app.post('/v1/json', async (c) => c.json({ body: await readJsonBody(c) }));
  app.post('/v1/key', (c) => c.json({ key: c.get('incoming').idempotencyKey }));
  app.get('/v1/refuse', () => {
    throw new SoteriaError(
      'claim_not_found',
      { what: 'no claim a/b', why: 'it is gone', fix: 'make it' },
      { details: { pvc: 'b' } },
    );
  });
  app.get('/v1/busy', () => {
    throw new SoteriaError('rate_limited', { what: 'w', why: 'y', fix: 'f' }, { retryAfterSeconds: 30 });
  });
  app.get('/v1/break', () => {
    throw new TypeError('topsecret9');
  });
  app.get('/v1/throw-text', () => {
    // eslint-disable-next-line no-throw-literal
    throw 'topsecret9';
  });
  app.get('/v1/hang', () => new Promise<Response>(() => undefined));
};
const tokens = { jane1: { username: 'jane', groups: ['team'] } };
const asJane = { headers: { authorization: 'Bearer jane1' } };
const set = (options: KitOptions = {}) => kit({ routes, knowledge: { tokens }, ...options });

describe('what anybody may see', () => {
  it.each(['/healthz', '/readyz', '/health/liveness', '/health/readiness', '/metrics'])(
    '%s answers 200 while the API server is down',
    async (path) => {
      const { app, reviews } = set({ knowledge: { isDown: true } });
      expect((await app.request(path)).status).toBe(200);
      expect(reviews.asked).toEqual([]);
    },
  );
});

describe('an Idempotency-Key', () => {
  const send = (key: string) =>
    set().app.request('/v1/key', { method: 'POST', headers: { ...asJane.headers, 'idempotency-key': key } });

  it.each(['', 'k'.repeat(256)])('that cannot be recorded is a 400 at any route: %j', async (key) => {
    const response = await send(key);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid_request',
      why: expect.stringContaining('Idempotency-Key'),
    });
  });

  it('of up to 255 characters reaches the handler', async () => {
    const key = 'k'.repeat(255);
    expect(await (await send(key)).json()).toEqual({ key });
  });
});

describe('the HTTP door', () => {
  it.each<[string, RequestInit | undefined, number]>([
    ['/v1/me', undefined, 401],
    ['/v1/me', { headers: { authorization: 'Bearer wrong1' } }, 401],
    ['/v1/nowhere', undefined, 401],
    ['/v1/me', asJane, 200],
    ['/v1/nowhere', asJane, 404],
    ['/', asJane, 405],
    ['/v1/echo/x', { ...asJane, method: 'DELETE' }, 405],
    ['/v1/refuse', asJane, 404],
    ['/v1/busy', asJane, 429],
    ['/v1/break', asJane, 500],
    ['/v1/throw-text', asJane, 500],
    ['/v1/echo/x', { ...asJane, method: 'POST', body: 'x'.repeat(4097) }, 413],
  ])('answers %s with %j by %i', async (path, init, expected) => {
    const { app, logLines } = set();
    const response = await app.request(path, init);
    const text = await response.text();
    expect(response.status).toBe(expected);
    expect(text + logLines.join('')).not.toMatch(/topsecret9|wrong1/);
    if (expected === 200) return;
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const traceId = response.headers.get('traceparent')?.slice(3, 35);
    expect(JSON.parse(text)).toMatchObject({ status: expected, instance: path, trace_id: traceId });
    expect(logLines.join('')).toContain(String(traceId));
  });

  it.each([
    ['/v1/me?pvc=a&pvc=b', 'the parameter "pvc" is there twice'],
    ['/v1/me?a=1&p%76c=&pvc', 'the parameter "pvc" is there twice'],
    ['/v1/me?pvc=%00', 'the parameter "pvc" holds the character NUL'],
    ['/v1/me?p%00=1', 'the name of a parameter holds the character NUL'],
    ['/v1/me?pvc=%ED%A0%BD', 'the parameter "pvc" is not percent-encoded UTF-8'],
    ['/v1/me?pvc=100%', 'the parameter "pvc" is not percent-encoded UTF-8'],
    ['/v1/echo/a%00b', 'the path holds the character NUL'],
    ['/v1/echo/%FF', 'the path is not percent-encoded UTF-8'],
  ])('refuses the address %s, because %s', async (path, why) => {
    const response = await set().app.request(path, asJane);
    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ code: 'invalid_request', why });
  });

  it('lets a parameter be empty, unknown to it, and of any language', async () => {
    expect((await set().app.request('/v1/me?&a=&b=%F0%9F%98%80+x&c', asJane)).status).toBe(200);
  });

  it.each([
    ['{"pvc":"a","pvc":"b"}', 'the member pvc of its body is there twice'],
    [String.raw`{"tags":["a","\ud83d"]}`, 'the member tags[1] of its body is not well-formed Unicode'],
    [String.raw`{"a":{"b":"\u0000"}}`, 'the member a.b of its body holds the character NUL'],
    ['{"a":', 'its body is not valid JSON'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'its body is not UTF-8'],
  ])('refuses the JSON body %s, because %s', async (body, why) => {
    const headers = { ...asJane.headers, 'content-type': 'application/json' };
    const response = await set().app.request('/v1/json', { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ why: expect.stringContaining(why) as string });
  });

  it('gives the whole explanation, with further members and headers', async () => {
    const { app } = set();
    await expect((await app.request('/v1/refuse', asJane)).json()).resolves.toMatchObject({
      type: 'urn:soteria:problem:claim_not_found',
      title: 'Claim not found',
      code: 'claim_not_found',
      what: 'no claim a/b',
      why: 'it is gone',
      fix: 'make it',
      pvc: 'b',
    });
    expect((await app.request('/v1/busy', asJane)).headers.get('retry-after')).toBe('30');
    expect((await app.request('/v1/echo/x', asJane)).headers.get('allow')).toBe('POST');
    expect((await app.request('/v1/me')).headers.get('www-authenticate')).toContain('Bearer');
  });

  it('lets anybody in where no proof is asked for', async () => {
    const response = await set({ authRequired: false }).app.request('/v1/me');
    await expect(response.json()).resolves.toMatchObject({ user: 'anonymous', proof: 'none' });
  });

  it('checks a signature over path, query and body, and hands the body on to the route', async () => {
    const request = { method: 'POST', path: '/v1/echo/x?y=1', user: 'jane', groups: [], body: 'hello', now: present };
    const headers = signedIdentityHeaders(request, currentSecret);
    const { app } = set();
    const good = await app.request('/v1/echo/x?y=1', { method: 'POST', headers, body: 'hello' });
    await expect(good.json()).resolves.toEqual({ body: 'hello', user: 'jane' });
    expect((await app.request('/v1/echo/x?y=1', { method: 'POST', headers, body: 'hallo' })).status).toBe(401);
    expect((await app.request('/v1/echo/x?y=2', { method: 'POST', headers, body: 'hello' })).status).toBe(401);
  });

  it('answers 503 at the deadline when a route hangs', async () => {
    const response = await set({ deadlineMs: 20 }).app.request('/v1/hang', asJane);
    expect(response.status).toBe(503);
    await expect(response.json()).resolves.toMatchObject({ code: 'cluster_unavailable' });
  });

  it('does not let the deadline cut what is streamed after the answer began', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    expect((await set().app.request('/v1/me', asJane)).status).toBe(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hands on the trace it was given', async () => {
    const traceparent = '00-11111111111111111111111111111111-2222222222222222-01';
    const response = await set().app.request('/v1/me', { headers: { ...asJane.headers, traceparent } });
    await expect(response.json()).resolves.toMatchObject({ trace: traceparent });
    expect(response.headers.get('traceparent')).toBe(traceparent);
  });

  it('counts by route pattern, never by path', async () => {
    const { app } = set();
    await app.request('/v1/echo/some-claim', { ...asJane, method: 'POST', body: 'x' });
    await app.request('/v1/some-claim', asJane);
    await app.request('/v1/me');
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('soteria_http_requests_total{method="POST",route="/v1/echo/:name",status="200"} 1');
    expect(text).toContain('soteria_http_requests_total{method="GET",route="none",status="404"} 1');
    expect(text).toContain('soteria_errors_total{code="unauthenticated",door="http"} 1');
    expect(text).not.toContain('some-claim');
  });
});
