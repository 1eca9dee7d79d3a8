import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../log/log.ts';
import type { OutgoingEvent } from './outgoing.ts';
import { createPublisher, type PublisherOptions } from './publish.ts';

const now = new Date('2026-03-01T12:00:00Z');
const event: OutgoingEvent = {
  id: 'f-1',
  type: 'dev.soteria.backup.completed.v1',
  subject: 'media/movies',
  data: { operation: 'o', size: undefined },
  correlationId: 'root',
  causationId: 'e-0',
  traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
  extensions: { name: 'o' },
};

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
type Reply = number | 'hang' | 'cut' | { readonly status: number; readonly retryAfter: string };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers with the replies in turn, the last one for ever. */
async function sink(...replies: Reply[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const reply = replies[Math.min(received.length, replies.length - 1)] ?? 202;
      received.push({ headers: request.headers, body });
      if (reply === 'cut') return response.destroy();
      if (reply === 'hang') return response;
      const { status, retryAfter } = typeof reply === 'number' ? { status: reply, retryAfter: undefined } : reply;
      return response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
    });
  });
  servers.push(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/broker?key=topsecret9`,
    received,
  };
}

function publisher(url: string | undefined, options: Partial<PublisherOptions> = {}) {
  const slept: number[] = [];
  const lines: string[] = [];
  const made = createPublisher({
    sink: url,
    source: '/soteria/backup',
    now: () => now,
    log: createLog({ write: (line) => lines.push(line), now: () => now }),
    random: () => 1,
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
    retries: 2,
    ...options,
  });
  return { publish: (...args: Parameters<typeof made.publish>) => made.publish(...args), slept, lines };
}

describe('publishing', () => {
  it('sends one event in binary mode, with the extensions that lead back to its cause', async () => {
    const { url, received } = await sink(202);
    await publisher(url, { ceOverrides: { tenant: 'a' } }).publish(event);
    expect(received).toHaveLength(1);
    expect(received[0]?.headers).toMatchObject({
      'content-type': expect.stringContaining('application/json'),
      'ce-specversion': '1.0',
      'ce-id': 'f-1',
      'ce-type': event.type,
      'ce-source': '/soteria/backup',
      'ce-subject': 'media/movies',
      'ce-time': '2026-03-01T12:00:00.000Z',
      'ce-correlationid': 'root',
      'ce-causationid': 'e-0',
      'ce-partitionkey': 'media/movies',
      'ce-traceparent': event.traceparent,
      'ce-name': 'o',
      'ce-tenant': 'a',
      traceparent: event.traceparent,
    });
    expect(received[0]?.body).toBe('{"operation":"o"}');
    expect(received[0]?.headers).not.toHaveProperty('ce-soteriasignature');
  });

  it.each<[string, Reply[], number]>([
    ['is busy', [429, 202], 2],
    ['has an error of its own', [500, 503, 202], 3],
    ['cuts the connection', ['cut', 202], 2],
  ])('tries again when the sink %s', async (_title, replies, tries) => {
    const { url, received } = await sink(...replies);
    await publisher(url).publish(event);
    expect(received.map(({ headers }) => headers['ce-id'])).toEqual(Array.from({ length: tries }, () => 'f-1'));
  });

  it('waits longer every time, and as long as it is asked to within bounds', async () => {
    const { url } = await sink(500, { status: 429, retryAfter: '2' }, { status: 503, retryAfter: '9999' }, 202);
    const { publish, slept } = publisher(url, { retries: 3 });
    await publish(event);
    expect(slept).toEqual([200, 2000, 5000]);
  });

  it('gives up after its tries, and says so without the address', async () => {
    const { url, received } = await sink(503);
    const failed = publisher(url).publish(event);
    await expect(failed).rejects.toMatchObject({ code: 'cluster_unavailable', isRetryable: true });
    await expect(failed).rejects.not.toThrow('topsecret9');
    expect(received).toHaveLength(3);
  });

  it.each([302, 400, 403, 404])('does not try again what the sink refuses with %i', async (status) => {
    const { url, received } = await sink(status);
    await expect(publisher(url).publish(event)).rejects.toMatchObject({ code: 'cluster_refused' });
    expect(received).toHaveLength(1);
  });

  it('does not wait for ever for one answer', async () => {
    const { url, received } = await sink('hang', 202);
    await publisher(url, { timeoutMs: 30 }).publish(event);
    expect(received).toHaveLength(2);
  });

  it('stops as soon as the caller does', async () => {
    const { url, received } = await sink('hang');
    const stop = new AbortController();
    const { publish, slept } = publisher(url);
    const failed = publish(event, stop.signal);
    stop.abort();
    await expect(failed).rejects.toMatchObject({ code: 'cluster_unavailable' });
    expect(received.length).toBeLessThanOrEqual(1);
    expect(slept).toEqual([]);
  });

  it('only logs when there is no sink', async () => {
    const { publish, lines } = publisher(undefined);
    await publish(event);
    expect(lines.join('')).toMatch(/"event":"event_published".*"ce_id":"f-1".*none: only logged/);
  });
});
