import { EventEmitter } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { readFunctionSettings } from '../config/function-settings.ts';
import { fakeReviews } from './testing/fake-reviews.ts';
import { type FunctionTools, startFunction } from './start.ts';

const signals: EventEmitter[] = [];
afterEach(() => {
  for (const each of signals.splice(0)) each.emit('SIGTERM');
});

async function start(env: Record<string, string> = {}) {
  const processEvents = new EventEmitter();
  signals.push(processEvents);
  const logLines: string[] = [];
  let connections = 0;
  const running = await startFunction({
    name: 'tested',
    settings: readFunctionSettings({ SOTERIA_LISTEN_ADDR: '127.0.0.1:0', ...env }),
    definition: (tools: FunctionTools<ReturnType<typeof readFunctionSettings>>) => ({
      name: 'tested',
      on: {},
      routes: (app) => {
        app.get('/v1/may', async (c) => {
          await tools.authorize(c.get('incoming').caller, { verb: 'list' });
          return c.json({ may: true });
        });
        app.get('/v1/forever', () => {
          const body = new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('begun '));
              tools.stopping.addEventListener('abort', () => {
                controller.enqueue(new TextEncoder().encode('ended'));
                controller.close();
              });
            },
          });
          return new Response(body);
        });
      },
    }),
    connect: () => {
      connections += 1;
      return Promise.resolve(fakeReviews({ tokens: { jane1: { username: 'jane' } }, grants: ['jane list *'] }).client);
    },
    writeLog: (line) => logLines.push(line),
    processEvents,
  });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://${running.address}${path}`, { headers });
  return { running, get, logLines, processEvents, connections: () => connections };
}

it('listens before it has talked to the cluster, and talks to it when asked something', async () => {
  const { get, connections } = await start();
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/v1/may')).status).toBe(401);
  expect(connections()).toBe(0);
  expect((await get('/v1/may', { authorization: 'Bearer jane1' })).status).toBe(200);
  expect(connections()).toBe(1);
});

it('drains on SIGTERM and leaves with 0', async () => {
  const { running, processEvents, get, logLines } = await start();
  processEvents.emit('SIGTERM');
  await expect(running.stopped).resolves.toBe(0);
  await expect(get('/readyz')).rejects.toThrow();
  expect(logLines.map((line) => /"event":"(\w+)"/.exec(line)?.[1])).toEqual([
    'function_started',
    'function_draining',
    'function_stopped',
  ]);
});

it('says at once that it stops, so that an answer that streams for ever can end itself', async () => {
  const { running, processEvents, get } = await start({ SOTERIA_AUTH_REQUIRED: 'false' });
  const answer = await get('/v1/forever');
  processEvents.emit('SIGTERM');
  expect(await answer.text()).toBe('begun ended');
  await expect(running.stopped).resolves.toBe(0);
});

it('drains and leaves with 1 after an error that nothing caught, without its words', async () => {
  const { running, processEvents, logLines } = await start();
  processEvents.emit('uncaughtException', new TypeError('topsecret9'));
  await expect(running.stopped).resolves.toBe(1);
  expect(logLines.join('')).toContain('uncaught_exception');
  expect(logLines.join('')).not.toContain('topsecret9');
});

it('logs what Node warns of as a JSON line, and only so', async () => {
  const { processEvents, logLines } = await start();
  processEvents.emit('warning', Object.assign(new Error('topsecret9'), { name: 'ExperimentalWarning', code: 'X1' }));
  expect(processEvents.listenerCount('warning')).toBe(1);
  expect(JSON.parse(logLines.at(-1) ?? '')).toMatchObject({
    event: 'process_warning',
    name: 'ExperimentalWarning',
    code: 'X1',
  });
  expect(logLines.join('')).not.toContain('topsecret9');
});
