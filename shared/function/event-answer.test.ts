import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTable, SoteriaError, toSoteriaError } from '../errors.ts';
import { eventRefusalOf, maxEventBodyBytes } from './event-answer.ts';

const explanation = { what: 'w', why: 'y', fix: 'f' };
const headersOf = (code: ErrorCode) =>
  eventRefusalOf(new SoteriaError(code, explanation, { retryAfterSeconds: 2.2 })).headers;
const codeNames = Object.keys(errorTable).filter((code): code is ErrorCode => code in errorTable);
const allowed = [400, 401, 403, 413, 422, 429, 503];

describe('the answer to an event that was refused', () => {
  it.each<[ErrorCode, number]>([
    ['invalid_request', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['request_too_large', 413],
    ['unprocessable', 422],
    ['request_expired', 422],
    ['claim_not_found', 422],
    ['conflict', 422],
    ['backup_failed', 422],
    ['deadline_exceeded', 422],
    ['rate_limited', 429],
    ['cluster_conflict', 503],
    ['cluster_unavailable', 503],
    ['internal', 503],
  ])('has for %s the status %i', (code, status) => {
    expect(eventRefusalOf(new SoteriaError(code, explanation)).status).toBe(status);
  });

  it('says when to come back, and only where coming back helps', () => {
    expect(headersOf('rate_limited')['retry-after']).toBe('3');
    expect(headersOf('cluster_unavailable')['retry-after']).toBe('3');
    expect(headersOf('unprocessable')).not.toHaveProperty('retry-after');
  });

  it('has no status and no body that Knative would take amiss, whatever was thrown', () => {
    const codes = fc.constantFrom(...codeNames);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.string({ unit: 'grapheme', maxLength: 900 }),
    );
    const ours = fc
      .tuple(codes, text, text, text, fc.option(fc.double(), { nil: undefined }))
      .map(([code, what, why, fix, seconds]) =>
        seconds === undefined
          ? new SoteriaError(code, { what, why, fix })
          : new SoteriaError(code, { what, why, fix }, { retryAfterSeconds: seconds }),
      );
    fc.assert(
      fc.property(fc.oneof(ours, fc.anything()), (thrown) => {
        const { status, body, headers } = eventRefusalOf(toSoteriaError(thrown));
        expect(allowed).toContain(status);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxEventBodyBytes);
        expect(JSON.parse(body)).toHaveProperty('code');
        expect(headers['retry-after'] ?? '1').toMatch(/^\d+$/);
      }),
    );
  });

  it('keeps short texts whole and cuts the longest first', () => {
    const why = 'x'.repeat(2000);
    const { body } = eventRefusalOf(new SoteriaError('unprocessable', { what: 'no claim a/b', why, fix: 'make one' }));
    expect(JSON.parse(body)).toMatchObject({ what: 'no claim a/b', fix: 'make one' });
    expect(Buffer.byteLength(body)).toBeGreaterThan(400);
  });
});
