import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '@soteria/shared/log/log.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { readPolicyTickSettings } from '../config.ts';
import { createSendHeartbeat } from './send-heartbeat.ts';

const secret = '5d3c2f1e-topsecret';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startMonitor(answer: RequestListener) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}/${secret}` };
}

async function beat(url: string, overdue: number, timeoutMs?: number) {
  const lines: unknown[] = [];
  const write = (level: string) => (event: string, fields?: object) => void lines.push({ level, event, ...fields });
  const log = { info: write('info'), warn: write('warn') } as unknown as Log;
  await createSendHeartbeat(url, timeoutMs)({ overdue }, { signal: new AbortController().signal, log });
  expect(JSON.stringify(lines)).not.toContain(secret);
  return lines;
}

describe('a heartbeat', () => {
  it('asks for the URL itself, and for /fail when something is overdue', async () => {
    const { asked, url } = await startMonitor((_request, response) => response.end('OK'));
    expect(await beat(url, 0)).toEqual([{ level: 'info', event: 'heartbeat_sent', overdue: 0 }]);
    await beat(url, 2);
    await beat(`${url}/?rid=1`, 1);
    expect(asked).toEqual([`GET /${secret}`, `GET /${secret}/fail`, `GET /${secret}/fail?rid=1`]);
  });

  it('that fails is logged without its URL, and rejects nothing', async () => {
    const { url } = await startMonitor((_request, response) => response.writeHead(404).end());
    expect(await beat(url, 0)).toMatchObject([{ level: 'warn', why: 'the monitor answered 404' }]);
    expect(await beat(`http://127.0.0.1:1/${secret}`, 0)).toMatchObject([{ why: expect.stringContaining('reached') }]);
  });

  it('gives up a monitor that does not answer', async () => {
    const { url } = await startMonitor(() => undefined);
    expect(await beat(url, 0, 50)).toMatchObject([{ why: 'the monitor did not answer within 50 ms' }]);
  });
});

describe('SOTERIA_HEARTBEAT_URL', () => {
  it('is left out, or an address that a refusal does not quote', () => {
    expect(readPolicyTickSettings({}).heartbeatUrl).toBeUndefined();
    expect(readPolicyTickSettings({ SOTERIA_HEARTBEAT_URL: `https://hc/${secret}` }).heartbeatUrl).toContain(secret);
    const refusal = () => readPolicyTickSettings({ SOTERIA_HEARTBEAT_URL: `hc/${secret}` });
    expect(refusal).toThrow('SOTERIA_HEARTBEAT_URL has 21 characters, it must be an http:// or https:// address');
  });
});
