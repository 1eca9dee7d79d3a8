import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from './decode-protobuf.ts';

/** One length-delimited field. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}

function envelope(apiVersion: string, kind: string, ...fields: readonly Buffer[]): Buffer {
  const typeMeta = Buffer.concat([field(1, apiVersion), field(2, kind)]);
  return Buffer.concat([Buffer.from('k8s\0'), field(1, typeMeta), field(2, Buffer.concat(fields)), field(3, '')]);
}

const entry = (key: string, value: string | Buffer) => Buffer.concat([field(1, key), field(2, value)]);
const named = field(1, Buffer.concat([field(1, 'a'), field(3, 'shop'), field(8, ''), field(11, entry('tier', 'db'))]));
const metadata = { name: 'a', namespace: 'shop', labels: { tier: 'db' } };
const text = 'long'.repeat(60);

describe('protobuf as kubectl sends it', () => {
  it('is read for a ConfigMap', () => {
    const body = envelope('v1', 'ConfigMap', named, field(2, entry('a', text)), field(2, entry('b', '✓')));
    expect(decodeProtobuf(body)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: text, b: '✓' } });
  });

  it('is read for a Secret, whose bytes become base64', () => {
    const body = envelope('v1', 'Secret', named, field(2, entry('k', Buffer.from([0, 255]))), field(3, 'Opaque'));
    expect(decodeProtobuf(body)).toMatchObject({ metadata, data: { k: 'AP8=' }, type: 'Opaque' });
  });

  it('is read for a flag', () => {
    const body = envelope('v1', 'ServiceAccount', named, Buffer.from([4 * 8, 1]));
    expect(decodeProtobuf(body)).toMatchObject({ automountServiceAccountToken: true });
  });

  it.each([
    ['another kind', envelope('batch/v1', 'Job', named)],
    ['a field that is not known', envelope('v1', 'ConfigMap', named, field(9, 'x'))],
    ['no envelope', Buffer.from('{}')],
    ['a length beyond the end', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([10, 100, 1])])],
    ['an endless number', Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(20, 255)])],
  ])('is refused with 415 for %s', (_what, body) => {
    expect(() => decodeProtobuf(body)).toThrow(expect.objectContaining({ code: 415 }));
  });
});
