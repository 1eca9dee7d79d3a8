import { describe, expect, it } from 'vitest';
import { readEvent } from './read-event.ts';
import { writeBinary } from './write-event.ts';

const required = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't' };
const structured = { 'content-type': 'application/cloudevents+json' };

const faults: readonly (readonly [string, Record<string, string>, string, RegExp])[] = [
  ['a batch', { 'content-type': 'application/cloudevents-batch+json' }, '[]', /batches/],
  ['a missing id', { ...required, 'ce-id': '' }, '', /"id" is missing/],
  ['an older version', { ...required, 'ce-specversion': '0.3' }, '', /not 1\.0/],
  ['an extension name with an underscore', { ...required, 'ce-my_ext': 'x' }, '', /"my_ext"/],
  ['a malformed time', { ...required, 'ce-time': 'yesterday' }, '', /RFC 3339/],
  ['a structured body that is not JSON', structured, '{', /not JSON/],
  ['a structured body that is a list', structured, '[]', /not a JSON object/],
  [
    'a nested attribute',
    structured,
    '{"specversion":"1.0","id":"1","source":"/s","type":"t","x":{}}',
    /"x" is neither/,
  ],
  ['an upper-case attribute', structured, '{"specversion":"1.0","id":"1","source":"/s","type":"t","X":"y"}', /"X"/],
];

describe('reading an event', () => {
  it.each(faults)('refuses %s', (_title, headers, body, why) => {
    const read = readEvent(headers, Buffer.from(body));
    expect(read.kind === 'fault' ? read.why : read.kind).toMatch(why);
  });

  it('reads a message without any mark of CloudEvents as no event', () => {
    expect(readEvent({ 'content-type': 'application/json' }, Buffer.from('{}')).kind).toBe('none');
  });

  it('keeps nanoseconds, umlauts and bytes in binary mode', () => {
    const attributes = {
      specversion: '1.0',
      id: '1',
      source: '/s',
      type: 't',
      time: '2026-11-21T01:57:00.209154493Z',
      subject: 'größe/データ',
      datacontenttype: 'application/octet-stream',
    };
    const event = { attributes, data: Buffer.from([0, 255, 128]) };
    const { headers, body } = writeBinary(event);
    expect(readEvent(headers, body)).toEqual({ kind: 'event', event });
  });

  it('reads structured JSON data, numbers and booleans as the broker passes them on', () => {
    const body = '{"specversion":"1.0","id":"1","source":"/s","type":"t","n":5,"b":true,"gone":null,"data":{"a":1}}';
    const read = readEvent({ 'content-type': 'application/cloudevents+json; charset=utf-8' }, Buffer.from(body));
    expect(read.kind === 'event' && writeBinary(read.event)).toEqual({
      headers: { ...required, 'ce-n': '5', 'ce-b': 'true', 'content-type': 'application/json' },
      body: Buffer.from('{"a":1}'),
    });
  });
});
