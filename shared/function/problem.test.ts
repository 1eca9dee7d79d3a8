import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { problemOf, refusalHeaders } from './problem.ts';

const explanation = { what: 'claim a/b is not there', why: 'namespace a has no claim b', fix: 'kubectl get pvc -n a' };

describe('a problem document', () => {
  it('has the members of RFC 9457 beside what, why and fix', () => {
    const error = new SoteriaError('claim_not_found', explanation, { details: { members: ['pvc'] } });
    expect(problemOf(error, { instance: '/v1/backup', traceId: 'abc' })).toEqual({
      type: 'urn:soteria:problem:claim_not_found',
      title: 'Claim not found',
      status: 404,
      detail: 'claim a/b is not there: namespace a has no claim b',
      code: 'claim_not_found',
      ...explanation,
      instance: '/v1/backup',
      trace_id: 'abc',
      members: ['pvc'],
    });
  });

  it('keeps its own members whatever the details are called', () => {
    const error = new SoteriaError('conflict', explanation, {
      details: { status: 200, code: 'fine', what: 'all well' },
    });
    expect(problemOf(error)).toMatchObject({ status: 409, code: 'conflict', what: explanation.what });
  });

  it.each([
    [Number.NaN, '5'],
    [-3, '1'],
    [0.2, '1'],
    [1e21, '86400'],
    [7, '7'],
  ])('says Retry-After in whole seconds of at least one: %d → %s', (retryAfterSeconds, header) => {
    const error = new SoteriaError('rate_limited', explanation, { retryAfterSeconds });
    expect(refusalHeaders(error)['retry-after']).toBe(header);
  });
});
