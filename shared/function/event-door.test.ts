import { describe, expect, it, vi } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { toEventMessage } from '../events/outgoing.ts';
import {
  backupData,
  binaryEvent,
  currentSecret,
  type EventParts,
  type EventRequest,
  kit,
  type KitOptions,
  present,
  previousSecret,
  structuredEvent,
} from './testing/kit.ts';

const completed = 'dev.soteria.backup.completed.v1';
const restore = 'dev.soteria.restore.requested.v1';
const restoreData = { pvc: 'movies', namespace: 'media', target_pvc: 'again', backup_url: 'nfs://store/é' };
const due = 'dev.soteria.operation.due.v1';
const ping = 'dev.knative.sources.ping';
const fact = { operation: 'o', namespace: 'media', pvc: 'movies', driver: 'longhorn' };
const at = (minutes: number): string => new Date(present.getTime() + minutes * 60_000).toISOString();

async function send(request: RequestInit, options: KitOptions = {}, path = '/') {
  const { app, handled, logLines } = kit(options);
  const response = await app.request(path, request);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, handled, logLines };
}

function withHeaders(request: EventRequest, headers: Record<string, string | null>): EventRequest {
  const all = { ...request.headers };
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) delete all[name];
    else all[name] = value;
  }
  return { ...request, headers: all };
}

describe('an event that is accepted', () => {
  it.each<[string, RequestInit]>([
    ['in binary mode', binaryEvent()],
    ['in structured mode', structuredEvent()],
    [
      'in structured mode with base64 data',
      structuredEvent({ data: undefined, data_base64: btoa(JSON.stringify(backupData)) }),
    ],
    [
      'with another spelling of the charset',
      withHeaders(binaryEvent(), { 'content-type': 'application/json; charset="UTF-8"' }),
    ],
    ['with white space before its JSON', binaryEvent({ data: `\n ${JSON.stringify(backupData)}` })],
  ])('is handled once and answered 204 with an empty body, %s', async (_title, request) => {
    const { status, body, handled } = await send(request);
    expect([status, body]).toEqual([204, '']);
    expect(handled).toHaveLength(1);
    expect(handled[0]?.event).toMatchObject({ id: 'e-1', source: '/test', data: backupData, time: present });
    expect(handled[0]?.incoming.caller).toEqual({ user: 'anonymous', groups: [], proof: 'none' });
  });

  it.each<[string, EventParts]>([
    ['a wake-up without data', { type: ping, data: '' }],
    [
      'a wake-up with members nobody knows',
      { type: due, data: { namespace: 'a', name: 'b', kind: 'Backup', more: 1 } },
    ],
    ['a wake-up that is weeks old', { type: ping, time: at(-60 * 24 * 21), data: {} }],
    ['a request just under an hour old', { time: at(-60) }],
    ['a request from a clock 5 minutes ahead', { time: at(5) }],
    ['a request that tells no time', { time: null }],
  ])('may be %s', async (_title, parts) => {
    const { status, handled } = await send(binaryEvent(parts));
    expect(status).toBe(204);
    expect(handled).toHaveLength(1);
  });

  it('has no time of its own when none was sent, but that of its arrival at the broker', async () => {
    expect((await send(binaryEvent({ time: null }))).handled[0]?.event.time).toBeUndefined();
    const arrived = await send(binaryEvent({ time: null, extensions: { knativearrivaltime: at(-1) } }));
    expect(arrived.handled[0]?.event.time).toEqual(new Date(at(-1)));
  });
});

describe('an event that is refused', () => {
  const tooOld = { time: at(-61) };
  const rows: [string, RequestInit, number, KitOptions?][] = [
    ['no CloudEvent at all', { method: 'POST', body: '{}' }, 400],
    ['no id in binary mode', binaryEvent({ id: null }), 400],
    ['no id in structured mode', structuredEvent({ id: undefined }), 400],
    ['an empty id', structuredEvent({ id: '' }), 400],
    ['an id that is a number', structuredEvent({ id: 7 }), 400],
    ['no specversion', withHeaders(binaryEvent(), { 'ce-specversion': null }), 400],
    ['specversion 0.3', structuredEvent({ specversion: '0.3' }), 400],
    ['no source', structuredEvent({ source: undefined }), 400],
    ['no type', withHeaders(binaryEvent(), { 'ce-type': null }), 400],
    ['a time that is none', binaryEvent({ time: 'yesterday' }), 400],
    ['a time without a zone', structuredEvent({ time: '2026-03-01T12:00:00' }), 400],
    ['an extension that is an object', structuredEvent({ extra: { a: 1 } }), 400],
    ['an extension with an upper-case name', structuredEvent({ Extra: 'a' }), 400],
    ["an extension named like the SDK's own method", structuredEvent({ validate: 'a' }), 400],
    ['structured JSON that is broken', { ...structuredEvent(), body: '{"specversion":' }, 400],
    ['structured JSON that is an array', { ...structuredEvent(), body: '[]' }, 400],
    ['structured JSON that is empty', { ...structuredEvent(), body: '' }, 400],
    [
      'a batch',
      { ...structuredEvent(), headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' },
      400,
    ],
    [
      'another format',
      { ...structuredEvent(), headers: { 'content-type': 'application/cloudevents+xml' }, body: '<a/>' },
      400,
    ],
    ['both kinds of data', structuredEvent({ data_base64: 'e30=' }), 400],
    ['data that are not base64', structuredEvent({ data: undefined, data_base64: '!' }), 400],
    ['binary data that are broken JSON', binaryEvent({ data: '{"namespace":' }), 400],
    ['a body that is not UTF-8', { ...binaryEvent(), body: new Uint8Array([0x22, 0xff, 0x22]) }, 400],
    ['a charset nobody knows', withHeaders(binaryEvent(), { 'content-type': 'application/json; charset=utf-16' }), 400],
    ['half of a character in its data', binaryEvent({ data: String.raw`{"namespace":"media","pvc":"a\ud83d"}` }), 422],
    ['NUL in its data', structuredEvent({ data: { ...backupData, tags: ['a\0'] } }), 422],
    ['a member of its data twice', binaryEvent({ data: '{"namespace":"media","pvc":"a","pvc":"b"}' }), 422],
    ['an attribute twice', { ...structuredEvent(), body: '{"id":"a","id":"b"}' }, 422],
    ['NUL in an attribute', binaryEvent({ extensions: { note: 'a%00' } }), 422],
    ['half of a character in an attribute', structuredEvent({ subject: 'a\u{D83D}' }), 422],
    ['data that are text', withHeaders(binaryEvent(), { 'content-type': 'text/plain' }), 422],
    ['a request without data', binaryEvent({ data: '' }), 422],
    ['a member of the wrong type', binaryEvent({ data: { ...backupData, pvc: 7 } }), 422],
    ['a member missing', binaryEvent({ data: { namespace: 'media' } }), 422],
    ['a member nobody knows', binaryEvent({ data: { ...backupData, force: true } }), 422],
    ['data that are null', structuredEvent({ data: null }), 422],
    ['a type nobody knows', binaryEvent({ type: 'org.example.hello' }), 422],
    [
      'a type of the catalogue that this function has no use for',
      binaryEvent({ type: 'dev.soteria.backup.failed.v1', data: fact }),
      422,
    ],
    ['a type named like a member of every object', binaryEvent({ type: 'constructor' }), 422],
    ['a request older than an hour', binaryEvent(tooOld), 422],
    ['a request more than 5 minutes ahead', binaryEvent({ time: at(6) }), 422],
    [
      'a request that lay too long at the broker',
      binaryEvent({ time: null, extensions: { knativearrivaltime: at(-61) } }),
      422,
    ],
    ['an unsigned restore', binaryEvent({ type: restore, data: {} }), 401],
    ['an unsigned backup where none is accepted', binaryEvent(), 401, { unsignedEvents: 'none' }],
    [
      'an unsigned fact, whatever the setting',
      binaryEvent({ type: completed, data: fact }),
      401,
      { unsignedEvents: 'all' },
    ],
    [
      'an unsigned restore where HTTP asks for no proof',
      binaryEvent({ type: restore, data: {} }),
      401,
      { authRequired: false },
    ],
    ['a wrong signature', binaryEvent({ extensions: { soteriasignature: 'v1=00' } }), 401],
    ['a wrong token', withHeaders(binaryEvent(), { authorization: 'Bearer wrong1' }), 401],
    ['a body that says it is too large', withHeaders(binaryEvent(), { 'content-length': '4097' }), 413],
    ['a body that turns out too large', binaryEvent({ data: { ...backupData, tags: ['x'.repeat(5000)] } }), 413],
  ];

  it.each(rows)('with %s gets its status, few words, and no handler', async (_title, request, expected, options) => {
    const { status, body, handled, headers } = await send(request, options);
    expect(status).toBe(expected);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(512);
    expect(JSON.parse(body)).toHaveProperty('fix');
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(handled).toEqual([]);
  });

  it('is answered with the first member that does not fit, and without its value', async () => {
    const { body } = await send(binaryEvent({ data: { namespace: 'topsecret9 ', pvc: 'movies' } }));
    expect(body).toContain('"why":"namespace: ');
    expect(body).not.toContain('topsecret9');
  });

  it('leaves no token, signature or data in the log', async () => {
    const event = binaryEvent({ data: '{"a":"topsecret9', extensions: { soteriasignature: 'v1=topsecret9' } });
    const { logLines } = await send(withHeaders(event, { authorization: 'Bearer topsecret9' }));
    expect(logLines.join('')).toContain('event_refused');
    expect(logLines.join('')).not.toContain('topsecret9');
  });

  it('is accepted unsigned once the settings say so', async () => {
    const { status } = await send(binaryEvent({ type: restore, data: restoreData }), { unsignedEvents: 'all' });
    expect(status).toBe(204);
  });
});

describe('a signed event', () => {
  const fixed = { type: restore, id: 'r-1', subject: 'media/movies', data: restoreData } as const;
  const sender = { source: '/soteria/console', now: present, signingSecret: currentSecret };

  async function message(change: object = {}, senderChange: object = {}): Promise<EventRequest> {
    const { headers, body } = await toEventMessage({ ...fixed, ...change }, { ...sender, ...senderChange });
    return { method: 'POST', headers: { ...headers }, body };
  }

  it.each([currentSecret, previousSecret])(
    "is accepted as the product's own, with either secret",
    async (signingSecret) => {
      const { status, handled } = await send(await message({}, { signingSecret }));
      expect(status).toBe(204);
      expect(handled[0]?.incoming.caller).toEqual({ user: 'system:soteria', groups: [], proof: 'signature' });
      expect(handled[0]?.event.data).toEqual(fixed.data);
    },
  );

  it('carries the one it speaks for', async () => {
    const onBehalfOf = { user: 'jané "x" 100%', groups: ['a b', 'c,d'] };
    const { handled } = await send(await message({ onBehalfOf }));
    expect(handled[0]?.incoming.caller).toEqual({ ...onBehalfOf, proof: 'signature' });
  });

  it('survives a broker that writes the attributes of a structured event as raw UTF-8', async () => {
    const onBehalfOf = { user: 'jané "x" 100%', groups: ['büro'] };
    const request = await message({ subject: 'media/bücher', onBehalfOf });
    const raw = Object.entries(request.headers).map(([name, value]) => [
      name,
      Buffer.from(decodeURIComponent(value)).toString('latin1'),
    ]);
    const { status, handled } = await send({ ...request, headers: Object.fromEntries(raw) as Record<string, string> });
    expect(status).toBe(204);
    expect(handled[0]?.event.subject).toBe('media/bücher');
    expect(handled[0]?.incoming.caller).toEqual({ ...onBehalfOf, proof: 'signature' });
  });

  it('survives a broker that writes the time with fewer digits', async () => {
    const request = await message({ time: new Date('2026-03-01T11:59:59.120Z') });
    expect((await send(withHeaders(request, { 'ce-time': '2026-03-01T11:59:59.12Z' }))).status).toBe(204);
  });

  it.each<[string, Record<string, string | null>]>([
    ['another user', { 'ce-soteriauser': 'root' }],
    ['another id', { 'ce-id': 'r-2' }],
    ['another subject', { 'ce-subject': 'media/other' }],
    ['another type', { 'ce-type': 'dev.soteria.backup.requested.v1' }],
    ['a fresh time', { 'ce-time': at(1) }],
    ['no time', { 'ce-time': null }],
  ])('is refused with %s', async (_title, headers) => {
    const { status, handled } = await send(withHeaders(await message(), headers));
    expect(status).toBe(401);
    expect(handled).toEqual([]);
  });

  it('is refused with other data', async () => {
    expect((await send({ ...(await message()), body: JSON.stringify({ ...restoreData, pvc: 'other' }) })).status).toBe(
      401,
    );
  });

  it('is refused an hour later, so that nobody can replay it', async () => {
    const late = { now: () => new Date(present.getTime() + 61 * 60_000) };
    expect((await send(await message(), late)).status).toBe(422);
  });

  it('cannot name the product itself as the one it speaks for', async () => {
    const onBehalfOf = { user: 'system:soteria', groups: [] };
    expect((await send(await message({ onBehalfOf }))).status).toBe(401);
  });
});

describe('a handler that fails', () => {
  const explanation = { what: 'w', why: 'y', fix: 'f' };

  it.each<[string, unknown, number]>([
    ['a lasting refusal', new SoteriaError('claim_not_found', explanation), 422],
    ['a passing one', new SoteriaError('cluster_unavailable', explanation), 503],
    ['too many', new SoteriaError('rate_limited', explanation, { retryAfterSeconds: 9 }), 429],
    ['an error nobody foresaw', new TypeError('topsecret9'), 503],
    ['a text', 'topsecret9', 503],
    ['nothing', undefined, 503],
  ])('with %s is answered so that Knative does the right thing', async (_title, thrown, expected) => {
    const { status, body, logLines, headers } = await send(binaryEvent(), {
      // eslint-disable-next-line prefer-promise-reject-errors
      deal: () => Promise.reject(thrown),
    });
    expect(status).toBe(expected);
    expect(headers.has('retry-after')).toBe(expected === 429 || expected === 503);
    expect(body + logLines.join('')).not.toContain('topsecret9');
  });

  it('because it takes too long is answered 503 at the deadline, and told to stop', async () => {
    let wasStopped = false;
    const { status } = await send(binaryEvent(), {
      deadlineMs: 20,
      deal: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (wasStopped = true));
        }),
    });
    expect(status).toBe(503);
    expect(wasStopped).toBe(true);
  });

  it('because the process drains is answered 503', async () => {
    const draining = new AbortController();
    const { status } = await send(binaryEvent(), {
      drainSignal: draining.signal,
      deal: () => {
        draining.abort();
        return new Promise(() => undefined);
      },
    });
    expect(status).toBe(503);
  });
});

describe('the trace of an event', () => {
  const header = '00-11111111111111111111111111111111-2222222222222222-01';
  const attribute = '00-33333333333333333333333333333333-4444444444444444-01';

  it.each<[string, Record<string, string>, string]>([
    ["is this hop's", { traceparent: header, 'ce-traceparent': attribute }, header],
    ["is the event's where the hop has none", { 'ce-traceparent': attribute }, attribute],
  ])('%s', async (_title, headers, expected) => {
    const { handled, logLines } = await send(withHeaders(binaryEvent(), headers));
    expect(handled[0]?.incoming.traceparent).toBe(expected);
    expect(logLines.join('')).toContain(`"trace_id":"${expected.slice(3, 35)}"`);
  });

  it('begins here when neither has one', async () => {
    expect((await send(binaryEvent())).handled[0]?.incoming.traceparent).toMatch(/^00-[0-9a-f]{32}-/);
  });
});

describe('the door for dead letters', () => {
  it.each<[string, RequestInit, unknown]>([
    ['of a type nobody knows', binaryEvent({ type: 'org.example.hello' }), backupData],
    ['that are old, unsigned restores', binaryEvent({ type: restore, time: at(-6000), data: {} }), {}],
    ['with a wrong signature', binaryEvent({ extensions: { soteriasignature: 'v1=00' } }), backupData],
    ['with broken JSON', binaryEvent({ data: '{"a":' }), '{"a":'],
    ['with half of a character', binaryEvent({ data: String.raw`"\ud83d"` }), String.raw`"\ud83d"`],
    ['with NUL in an attribute', binaryEvent({ extensions: { note: 'a%00' } }), backupData],
    ['with text', withHeaders(binaryEvent({ data: 'hello' }), { 'content-type': 'text/plain' }), 'hello'],
    ['without data', binaryEvent({ data: '' }), undefined],
  ])('takes letters %s', async (_title, request, data) => {
    const { status, handled } = await send(request, {}, '/dead-letters');
    expect(status).toBe(204);
    expect(handled[0]?.event.data).toEqual(data);
    expect(handled[0]?.incoming.caller.proof).toBe('none');
  });

  // Longer than any limit of a body: what is in them must not be parsed, or anybody could take a pod's memory.
  const brackets = `[${'[],'.repeat(3_000_000)}[]]`;
  const json = { 'content-type': 'application/cloudevents+json' };
  it.each<[string, RequestInit, object]>([
    ['in the binary mode by what the headers say', binaryEvent({ data: brackets }), { id: 'e-1', source: '/test' }],
    ['in the structured mode without a name', { method: 'POST', headers: json, body: brackets }, { id: 'unread' }],
  ])('takes letters of any size %s, and reads no data of theirs', async (_title, request, expected) => {
    const parse = vi.spyOn(JSON, 'parse');
    const { status, handled } = await send(request, {}, '/dead-letters');
    expect(parse.mock.calls.filter(([text]) => text.length > 65_536)).toEqual([]);
    parse.mockRestore();
    expect(status).toBe(204);
    expect(handled[0]?.event).toMatchObject({ ...expected, data: undefined, isCut: true });
  });

  it('takes nothing that is no event', async () => {
    expect((await send({ method: 'POST', body: '{}' }, {}, '/dead-letters')).status).toBe(400);
    expect((await send({ method: 'POST', body: brackets }, {}, '/dead-letters')).status).toBe(400);
  });
});
