import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGroups,
  encodeGroups,
  isEventSignature,
  isRequestSignature,
  type SignedEvent,
  type SignedRequest,
  signEvent,
  signRequest,
} from './signature.ts';

const secret = 'a-secret-that-is-long-enough-for-this';
const request: SignedRequest = {
  method: 'POST',
  path: '/v1/backup?x=1',
  user: 'jane',
  groups: ['team', 'ops'],
  timestamp: '1772366400000',
  bodyDigest: 'abc',
};
const event: SignedEvent = {
  id: 'e-1',
  source: '/soteria/console',
  type: 'dev.soteria.restore.requested.v1',
  subject: 'media/movies',
  time: new Date('2026-03-01T12:00:00.120Z'),
  user: 'jane',
  groups: ['team'],
  data: { a: 1, b: { d: [1, 2], c: 'x' } },
};

describe('a signed request', () => {
  it('is good with either of two secrets, and with no other', () => {
    const signature = signRequest(request, secret);
    expect(isRequestSignature(signature, request, ['another-secret', secret])).toBe(true);
    expect(isRequestSignature(signature, request, [secret, 'another-secret'])).toBe(true);
    expect(isRequestSignature(signature, request, ['another-secret'])).toBe(false);
    expect(isRequestSignature(signature, request, [])).toBe(false);
  });

  it.each<[string, Partial<SignedRequest>]>([
    ['method', { method: 'GET' }],
    ['path', { path: '/v1/backup?x=2' }],
    ['user', { user: 'joe' }],
    ['groups', { groups: ['team,ops'] }],
    ['timestamp', { timestamp: '1772366400001' }],
    ['body', { bodyDigest: 'abd' }],
  ])('is not good for another %s', (_member, change) => {
    expect(isRequestSignature(signRequest(request, secret), { ...request, ...change }, [secret])).toBe(false);
  });

  it.each(['', 'v1=', 'v1=00', 'nonsense', signRequest(request, secret).slice(3), `${signRequest(request, secret)}0`])(
    'is not good with the signature %j',
    (signature) => {
      expect(isRequestSignature(signature, request, [secret])).toBe(false);
    },
  );
});

describe('a signed event', () => {
  it('stays good when a broker writes its data in another order', () => {
    const rewritten = { ...event, data: { b: { c: 'x', d: [1, 2] }, a: 1 } };
    expect(isEventSignature(signEvent(event, secret), rewritten, [secret])).toBe(true);
  });

  it.each<[string, Partial<SignedEvent>]>([
    ['id', { id: 'e-2' }],
    ['source', { source: '/soteria/other' }],
    ['type', { type: 'dev.soteria.backup.requested.v1' }],
    ['subject', { subject: undefined }],
    ['time', { time: new Date('2026-03-01T12:00:00.121Z') }],
    ['user', { user: undefined }],
    ['groups', { groups: [] }],
    ['data', { data: { a: 1, b: { d: [2, 1], c: 'x' } } }],
    ['no data', { data: undefined }],
  ])('is not good for another %s', (_member, change) => {
    expect(isEventSignature(signEvent(event, secret), { ...event, ...change }, [secret])).toBe(false);
  });
});

describe('groups in a header', () => {
  it('come back as they were, whatever they are called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (groups) => {
        const wellFormed = groups.map((group) => group.toWellFormed());
        expect(encodeGroups(groups)).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeGroups(encodeGroups(groups))).toEqual(wellFormed);
      }),
    );
  });

  it('are unreadable when they are not what was encoded', () => {
    expect(decodeGroups('%E0%A4%A')).toBeUndefined();
  });
});
