import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { configMaps } from './core-types.ts';
import { errorTexts } from '../fakes/kubernetes/error-texts.ts';
import type { HttpClientOptions } from './exchange.ts';
import { createHttpClient } from './http-client.ts';
import {
  answer,
  configMap,
  fakeTime,
  hangUp,
  neverAnswer,
  refuse,
  startScriptedServer,
  type Step,
} from '../fakes/kubernetes/scripted-server.ts';

const ref = { name: 'a', namespace: 'shop' };
const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...ref } };
const found = answer(200, configMap('a'));
const secretToken = (): Promise<string> => Promise.resolve('very-secret-token');
const stall: Step = (response) => void response.writeHead(200).write('{"kind":');
const unavailable = refuse(503, 'ServiceUnavailable');

async function setUp(steps: readonly Step[], options: HttpClientOptions = {}) {
  const server = await startScriptedServer(...steps);
  const time = fakeTime();
  const client = createHttpClient({ server: server.url }, { ...time.options, ...options });
  return { server, client, sleeps: time.sleeps };
}

describe('a call that fails for now', () => {
  it('is tried again after growing waits', async () => {
    const { client, server, sleeps } = await setUp([hangUp, unavailable, refuse(502, ''), found]);
    expect((await client.get(configMaps, ref))?.metadata.name).toBe('a');
    expect(server.requests).toHaveLength(4);
    expect(sleeps).toEqual([100, 200, 400]);
  });

  it('waits as long as the server asks, in seconds or until a date', async () => {
    const seconds = refuse(429, 'TooManyRequests', {}, { 'retry-after': '3' });
    const date = refuse(503, 'ServiceUnavailable', {}, { 'retry-after': 'Thu, 02 Jan 2025 03:04:18 GMT' });
    const { client, sleeps } = await setUp([seconds, date, found], { random: () => 0 });
    await client.get(configMaps, ref);
    expect(sleeps).toEqual([3_000, 10_000]);
  });

  it('is given up after the last try, with the last refusal and its delay', async () => {
    const busy = refuse(429, 'TooManyRequests', {}, { 'retry-after': '1' });
    const { client, server } = await setUp([busy, busy, busy], { retry: { maxTries: 3 } });
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: 'rate_limited', retryAfterSeconds: 1 });
    expect(server.requests).toHaveLength(3);
  });

  it('is given up at once when the server asks for more time than there is', async () => {
    const { client, server, sleeps } = await setUp([refuse(503, 'ServiceUnavailable', {}, { 'retry-after': '600' })]);
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({
      code: 'cluster_unavailable',
      retryAfterSeconds: 600,
    });
    expect(server.requests).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it('is given up when the connection never holds', async () => {
    const { client, server } = await setUp([hangUp, hangUp, hangUp, hangUp, hangUp]);
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { why: `the connection to the API server at ${server.url.host} failed (ECONNRESET)` },
    });
    expect(server.requests).toHaveLength(5);
  });

  it('is a create too: its name makes it the same twice', async () => {
    const { client, server } = await setUp([hangUp, refuse(409, 'AlreadyExists', { name: 'a' })]);
    await expect(client.create(configMaps, draft)).rejects.toMatchObject({ code: 'name_conflict' });
    expect(server.requests).toHaveLength(2);
  });

  it('is not a create with a generated name, once the server may have seen it', async () => {
    const generated = { ...draft, metadata: { namespace: 'shop', generateName: 'a-' } };
    const { client, server } = await setUp([refuse(429, 'TooManyRequests'), hangUp]);
    await expect(client.create(configMaps, generated)).rejects.toMatchObject({ code: 'cluster_unavailable' });
    expect(server.requests).toHaveLength(2);
  });

  it('is not a create that must be sent once, whatever its name', async () => {
    const { client, server } = await setUp([refuse(429, 'TooManyRequests'), hangUp]);
    const sent = client.create(configMaps, draft, { isSentOnce: true });
    await expect(sent).rejects.toMatchObject({ code: 'cluster_unavailable' });
    expect(server.requests).toHaveLength(2);
  });

  it('is not sent again on a stale connection either, when it must not happen twice', async () => {
    const generated = { ...draft, metadata: { namespace: 'shop', generateName: 'a-' } };
    const { client, server } = await setUp([found, hangUp]);
    await client.get(configMaps, ref);
    await expect(client.create(configMaps, generated)).rejects.toMatchObject({
      explanation: { why: expect.stringContaining('(closed by the server)') as unknown },
    });
    expect(server.requests).toHaveLength(2);
  });

  it('goes out again at once when a pooled connection was closed meanwhile', async () => {
    const { client, server, sleeps } = await setUp([found, hangUp, found]);
    await client.get(configMaps, ref);
    await client.get(configMaps, ref);
    expect(server.requests).toHaveLength(3);
    expect(sleeps).toEqual([]);
  });
});

describe('a call that takes too long', () => {
  it('is cut off while it waits for headers', async () => {
    const { client } = await setUp([neverAnswer], { requestTimeoutMs: 20, retry: { maxTries: 1 } });
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { why: expect.stringContaining('no complete answer within 20 ms') as unknown },
    });
  });

  it('is cut off in the middle of the body, and tried again', async () => {
    const { client, server } = await setUp([stall, found], { requestTimeoutMs: 500 });
    expect(await client.get(configMaps, ref)).toBeDefined();
    expect(server.requests).toHaveLength(2);
  });
});

describe('a call whose signal aborts', () => {
  it('is not sent when the signal has aborted before', async () => {
    const { client, server } = await setUp([]);
    const call = client.get(configMaps, ref, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'cluster_unavailable' });
    expect(server.requests).toEqual([]);
  });

  const moments: readonly (readonly [title: string, stop: (abort: () => void) => Step])[] = [
    ['before the headers', (abort) => () => abort()],
    [
      'in the middle of the body',
      (abort) => (response) => {
        response.writeHead(200).write('{', () => setImmediate(abort));
      },
    ],
  ];
  it.each(moments)('ends %s and is not tried again', async (_title, stop) => {
    const controller = new AbortController();
    const { client, server } = await setUp([stop(() => controller.abort())]);
    const call = client.get(configMaps, ref, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { why: expect.stringContaining('cancelled') as unknown },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ends during back-off, on the real clock', async () => {
    const controller = new AbortController();
    const abort: Step = (response, request) => {
      unavailable(response, request);
      response.on('close', () => controller.abort());
    };
    const server = await startScriptedServer(abort);
    const client = createHttpClient(
      { server: server.url },
      { retry: { baseMs: 60_000, capMs: 60_000, maxTotalMs: 1e9 } },
    );
    const call = client.get(configMaps, ref, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: 'cluster_unavailable' });
    expect(server.requests).toHaveLength(1);
  });

  it("throws the signal's reason when that is one of our errors", async () => {
    const { client } = await setUp([]);
    const reason = new SoteriaError('deadline_exceeded', { what: 'a', why: 'b', fix: 'c' });
    await expect(client.get(configMaps, ref, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('the token', () => {
  const unauthorized = refuse(401, 'Unauthorized');

  it('is asked for anew when the server refuses it, once per call', async () => {
    const server = await startScriptedServer(unauthorized, found, unauthorized, unauthorized);
    const asked: string[] = [];
    const token = (state?: { readonly isRefused: boolean }): Promise<string> => {
      asked.push(state?.isRefused === true ? 'new' : 'old');
      return Promise.resolve(`token-${asked.length}`);
    };
    const client = createHttpClient({ server: server.url, token }, fakeTime().options);
    await client.get(configMaps, ref);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: 'cluster_unauthenticated' });
    expect(asked).toEqual(['old', 'new', 'old', 'new']);
  });

  const failures: readonly (readonly [title: string, step: Step])[] = [
    ['a refusal', refuse(403, 'Forbidden', { name: 'a' })],
    ['a broken connection', hangUp],
    ['a time-out', neverAnswer],
    ['an answer that is no JSON', answer(200, 'nothing')],
  ];
  it.each(failures)('is in no part of the error of %s', async (_title, step) => {
    const server = await startScriptedServer(step, step);
    const options = { ...fakeTime().options, requestTimeoutMs: 50, retry: { maxTries: 1 } };
    const client = createHttpClient({ server: server.url, token: secretToken }, options);
    const thrown: unknown = await client.create(configMaps, draft).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(SoteriaError);
    expect(errorTexts(thrown)).not.toContain('very-secret-token');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer very-secret-token');
  });
});
