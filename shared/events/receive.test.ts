import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSoteriaError } from '../errors.ts';
import { receiveEvent } from './receive.ts';

const attributes = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/a', 'ce-type': 'org.example.a' };

function receive(headers: Record<string, string>, body = ''): ReturnType<typeof receiveEvent> {
  return receiveEvent(new Headers({ ...attributes, ...headers }), new TextEncoder().encode(body));
}

describe('an event that arrives', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.123456789Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00.5+02:00', '2026-03-01T10:00:00.500Z'],
    ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
  ])('has the time %s as %s', async (sent, expected) => {
    expect((await receive({ 'ce-time': sent })).time?.toISOString()).toBe(expected);
  });

  it.each(['now', '2026-03-01', '2026-13-01T12:00:00Z', '2026-03-01T25:00:00Z', '1772366400', ''])(
    'is refused with the time %j, which the SDK would take for the present',
    async (time) => {
      await expect(receive({ 'ce-time': time })).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it('has its percent-encoded attributes decoded, and what is no encoding as it is', async () => {
    const event = await receive({ 'ce-subject': 'media/caf%C3%A9%20%22x%22', 'ce-note': '100% sure' });
    expect(event.subject).toBe('media/café "x"');
    expect(event.extensions).toEqual({ note: '100% sure' });
  });

  it.each([
    ['bücher', 'bücher'],
    ['100%25 größe', '100%25 größe'],
    ['a%20b and c', 'a%20b and c'],
    ['\u{1F600}', '\u{1F600}'],
  ])('has its attribute %j as it was meant, also when it comes as raw UTF-8', async (meant, expected) => {
    const raw = Buffer.from(meant, 'utf8').toString('latin1');
    expect((await receive({ 'ce-note': raw })).extensions).toEqual({ note: expected });
  });

  it('has bytes that are no UTF-8 as the Latin-1 they are', async () => {
    expect((await receive({ 'ce-note': 'caf\u{E9}' })).extensions).toEqual({ note: 'café' });
  });

  it('has extensions of every kind as texts', async () => {
    const body = JSON.stringify({
      specversion: '1.0',
      id: 'e',
      source: '/a',
      type: 't',
      count: 7,
      isOn: undefined,
      on: true,
      gone: null,
    });
    const headers = new Headers({ 'content-type': 'application/cloudevents+json; charset=utf-8' });
    const event = await receiveEvent(headers, new TextEncoder().encode(body));
    expect(event.extensions).toEqual({ count: '7', on: 'true' });
    expect(event.sent).toEqual({ kind: 'none' });
  });

  it.each<[string, string | undefined, string, object]>([
    ['JSON', 'application/json', '{"a":1}', { kind: 'json', value: { a: 1 } }],
    ['JSON by suffix', 'application/vnd.example+json', '[1]', { kind: 'json', value: [1] }],
    ['a JSON number', 'application/json', '7', { kind: 'json', value: 7 }],
    ['JSON null', 'application/json', 'null', { kind: 'json', value: null }],
    ['text', 'text/plain', 'hello', { kind: 'text', mediaType: 'text/plain', text: 'hello' }],
    ['nothing', 'application/json', '', { kind: 'none' }],
    ['broken JSON', 'application/json', 'hello', { kind: 'broken', text: 'hello' }],
  ])('has %s for its data', async (_title, contentType, body, expected) => {
    const { sent } = await receive(contentType === undefined ? {} : { 'content-type': contentType }, body);
    expect(sent).toMatchObject(expected);
  });

  it('is a valid event or an invalid request, whatever was sent', async () => {
    const name = fc.constantFrom(
      'ce-id',
      'ce-time',
      'ce-specversion',
      'ce-data',
      'ce-x',
      'ce-validate',
      'content-type',
      'ce-dataschema',
    );
    const value = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
      fc.constantFrom('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json', '1.0'),
    );
    const body = fc.oneof(fc.string(), fc.json());
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value), body, async (headers, text) => {
        const received = await receive(headers, text).catch(toSoteriaError);
        if ('code' in received) expect(received.code).toBe('invalid_request');
        else expect([received.id, received.source, received.type]).not.toContain('');
      }),
    );
  });
});
