import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { checkReachability } from './reachability.ts';

describe('the reachability check', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  function listen(answer: RequestListener): Promise<string> {
    const started = createServer(answer);
    server = started;
    return new Promise((resolve) => {
      started.listen(0, '127.0.0.1', () => {
        const address = started.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
      });
    });
  }

  test('asks for /v1 below the given path, once, without a body', async () => {
    const asked: string[] = [];
    const url = await listen((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{"type":"collection"}');
    });
    expect(await checkReachability(`${url}/longhorn/`)).toEqual({ isReachable: true });
    expect(asked).toEqual(['GET /longhorn/v1']);
  });

  test.each([404, 500, 503, 302])('an answer with status %i is not Longhorn', async (status) => {
    const url = await listen((_request, response) => response.writeHead(status).end());
    expect(await checkReachability(url)).toEqual({ isReachable: false, why: `it answered with status ${status}` });
  });

  test('silence ends with the time-out', async () => {
    const url = await listen(() => {});
    expect(await checkReachability(url, { timeoutMs: 50 })).toEqual({
      isReachable: false,
      why: 'it did not answer within 50 ms',
    });
  });

  test('a closed port refuses', async () => {
    const url = await listen(() => {});
    await new Promise((resolve) => server?.close(resolve));
    expect(await checkReachability(url)).toEqual({ isReachable: false, why: 'the connection was refused' });
  });

  test.each(['', 'longhorn', 'ftp://127.0.0.1/'])('%j is no address to ask', async (url) => {
    expect(await checkReachability(url)).toMatchObject({ isReachable: false });
  });
});
