import { request as requestHttp, Agent } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { Incoming } from './contract.ts';
import { parseListenAddr, serve, type Served } from './serve.ts';
import { binaryEvent, kit, type Kit, type KitOptions } from './testing/kit.ts';

const running: Served[] = [];
const agent = new Agent({ keepAlive: true });
afterEach(async () => {
  await Promise.all(running.splice(0).map((served) => served.drain()));
});

async function start(
  options: KitOptions = {},
  drainMs = 5000,
  onDrainTimeout = (): void => undefined,
): Promise<Kit & { served: Served }> {
  const parts = kit(options);
  const served = await serve(parts.app, { listenAddr: '127.0.0.1:0', drainMs, onDrainTimeout });
  running.push(served);
  return { ...parts, served };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function post(
  served: Served,
  headers: Record<string, string>,
  write: (to: ReturnType<typeof requestHttp>) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = requestHttp(
      { host: served.host, port: served.port, method: 'POST', path: '/', headers, agent },
      (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
      },
    );
    outgoing.once('error', reject);
    write(outgoing);
  });
}

const good = binaryEvent();
const sendGood = (served: Served): Promise<Answer> => post(served, good.headers, (to) => to.end(good.body));

/** A handler that waits until the test lets it go on. */
function gate(): { deal: (incoming: Incoming) => Promise<void>; entered: Promise<Incoming>; open: () => void } {
  const entered = Promise.withResolvers<Incoming>();
  const opened = Promise.withResolvers<void>();
  const deal = (incoming: Incoming): Promise<void> => {
    entered.resolve(incoming);
    return opened.promise;
  };
  return { deal, entered: entered.promise, open: () => opened.resolve() };
}

describe('over a real connection', () => {
  it('an event is answered 204 without a body', async () => {
    const { served, handled } = await start();
    await expect(sendGood(served)).resolves.toEqual({ status: 204, body: '' });
    expect(handled).toHaveLength(1);
  });

  it('a body that says it is too large is refused before it is sent', async () => {
    const { served } = await start();
    const headers = { ...good.headers, 'content-length': '1000000000' };
    const answer = await post(served, headers, (to) => to.flushHeaders());
    expect(answer.status).toBe(413);
  });

  it('a body without a length is refused as soon as it is too large', async () => {
    const { served, handled } = await start();
    const headers = { ...good.headers, 'transfer-encoding': 'chunked' };
    const answer = await post(served, headers, (to) => to.write('x'.repeat(5000)));
    expect(answer.status).toBe(413);
    expect(handled).toEqual([]);
  });

  it('a small body without a length is read whole', async () => {
    const { served } = await start();
    const headers = { ...good.headers, 'transfer-encoding': 'chunked' };
    await expect(post(served, headers, (to) => to.end(good.body))).resolves.toMatchObject({ status: 204 });
  });

  it('a caller that hangs up is noticed by the handler', async () => {
    const { deal, entered, open } = gate();
    const { served } = await start({ deal });
    const socket = connect(served.port, served.host);
    const headers = Object.entries({ ...good.headers, host: 'x', 'content-length': String(good.body.length) });
    socket.write(
      `POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${good.body}`,
    );
    const { signal } = await entered;
    const aborted = new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
    socket.destroy();
    await aborted;
    expect(signal.aborted).toBe(true);
    open();
  });
});

describe('draining', () => {
  it('lets what is in flight finish, closes kept connections, and accepts nothing new', async () => {
    const { deal, entered, open } = gate();
    const { served } = await start({ deal });
    const answer = sendGood(served);
    await entered;
    const drained = served.drain();
    await expect(post(served, good.headers, (to) => to.end(good.body))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    open();
    await expect(answer).resolves.toMatchObject({ status: 204 });
    await drained;
  });

  it('does not wait for ever: it says when time is over, and the rest is answered 503', async () => {
    const stop = new AbortController();
    const { deal, entered } = gate();
    const { served } = await start({ deal, drainSignal: stop.signal }, 30, () => stop.abort());
    const answer = sendGood(served);
    await entered;
    await served.drain();
    await expect(answer).resolves.toMatchObject({ status: 503 });
  });
});

describe('the address to listen on', () => {
  it.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['8080', undefined],
    ['a:b', undefined],
    ['::1:80', undefined],
    [':65536', undefined],
  ])('%j is read as %j', (listenAddr, expected) => {
    expect(parseListenAddr(listenAddr)).toEqual(expected);
  });

  it('is named when it is taken', async () => {
    const { served, app } = await start();
    const second = serve(app, { listenAddr: served.address, drainMs: 1 });
    await expect(second).rejects.toMatchObject({ code: 'invalid_settings' });
    await expect(second).rejects.toThrow(served.address);
  });
});

describe('an answer that streams', () => {
  /** A route that streams until its signal aborts; the deadline is long past by then. */
  async function stream() {
    const drain = new AbortController();
    const ended = Promise.withResolvers<void>();
    const routes: KitOptions['routes'] = (app) => {
      app.get('/v1/stream', (c) => {
        const { signal } = c.get('incoming');
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('begun\n'));
            signal.addEventListener('abort', () => {
              controller.enqueue(new TextEncoder().encode('the function stops\n'));
              controller.close();
              ended.resolve();
            });
          },
        });
        return c.body(body);
      });
    };
    const options = { routes, authRequired: false, drainSignal: drain.signal, deadlineMs: 20 };
    const { served } = await start(options, 50, () => drain.abort());
    const answer = await fetch(`http://${served.address}/v1/stream`);
    return { served, answer, ended: ended.promise };
  }

  it('has its drain signal until it ends, and is not cut by the deadline', async () => {
    const { served, answer } = await stream();
    const whole = answer.text();
    await new Promise((resolve) => setTimeout(resolve, 40));
    await served.drain();
    await expect(whole).resolves.toBe('begun\nthe function stops\n');
  });

  it('ends when its reader leaves', async () => {
    const { answer, ended } = await stream();
    await answer.body?.cancel();
    await expect(ended).resolves.toBeUndefined();
  });
});
