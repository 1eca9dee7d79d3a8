import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorTable } from '../errors.ts';
import { operations } from '../operation/record/schema.ts';
import { codeOfReason, isObjectAbsent, refusalOf, type Answer, type Call } from './api-errors.ts';
import { statusOf } from '../fakes/kubernetes/scripted-server.ts';

const call: Call = { verb: 'create', type: operations, target: { name: 'a', namespace: 'shop' } };
const named = { name: 'a', kind: 'operations' };

function answerOf(status: number, body: unknown): Answer {
  return { status, retryAfter: undefined, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

describe('the mapping of API errors', () => {
  const cases: readonly (readonly [status: number, reason: string, details: object, code: ErrorCode])[] = [
    [400, 'BadRequest', {}, 'cluster_refused'],
    [401, 'Unauthorized', {}, 'cluster_unauthenticated'],
    [403, 'Forbidden', named, 'cluster_forbidden'],
    [403, 'Forbidden', { ...named, causes: [{ reason: 'NamespaceTerminating' }] }, 'namespace_terminating'],
    [403, 'no such reason', named, 'cluster_forbidden'],
    [404, 'NotFound', named, 'not_found'],
    [404, 'NotFound', {}, 'cluster_refused'],
    [405, 'MethodNotAllowed', {}, 'cluster_refused'],
    [408, 'Timeout', {}, 'cluster_unavailable'],
    [409, 'AlreadyExists', named, 'name_conflict'],
    [409, 'Conflict', named, 'cluster_conflict'],
    [410, 'Expired', {}, 'cluster_expired'],
    [413, 'RequestEntityTooLarge', {}, 'cluster_refused'],
    [415, 'UnsupportedMediaType', {}, 'cluster_refused'],
    [422, 'Invalid', named, 'cluster_refused'],
    [422, 'Invalid', { causes: [{ field: 'metadata.uid', message: 'immutable' }] }, 'cluster_conflict'],
    [429, 'TooManyRequests', {}, 'rate_limited'],
    [500, 'InternalError', {}, 'cluster_unavailable'],
    [500, 'ServerTimeout', {}, 'cluster_unavailable'],
    [503, 'ServiceUnavailable', {}, 'cluster_unavailable'],
    [504, 'Timeout', {}, 'cluster_unavailable'],
    [301, '', {}, 'cluster_unavailable'],
  ];
  it.each(cases)('%i %s %j → %s', (status, reason, details, code) => {
    expect(refusalOf(call, answerOf(status, statusOf(status, reason, details)), undefined).code).toBe(code);
  });

  it.each(Object.entries(codeOfReason))('answers the reason %s with %s, which is not a 500', (_reason, code) => {
    expect(errorTable[code].httpStatus).not.toBe(500);
  });

  it('names the namespace that is being terminated', () => {
    const status = statusOf(403, 'Forbidden', { causes: [{ reason: 'NamespaceTerminating' }] });
    const { why, fix } = refusalOf(call, answerOf(403, status), undefined).explanation;
    expect(why).toBe('namespace shop is being terminated: nothing new can be made in it');
    expect(fix).not.toContain('RBAC');
  });

  it('does not need a Status object to judge', () => {
    expect(refusalOf(call, answerOf(404, '404 page not found\n'), undefined).code).toBe('cluster_refused');
    expect(refusalOf(call, answerOf(502, '<html>Bad gateway</html>'), undefined).code).toBe('cluster_unavailable');
    expect(refusalOf(call, answerOf(409, 'null'), undefined).code).toBe('cluster_conflict');
  });

  it("quotes the server's message, and the causes that it leaves out", () => {
    const causes = [
      { reason: 'FieldValueInvalid', message: 'unknown kind', field: 'spec.kind' },
      { reason: 'FieldValueInvalid', message: 'must be a DNS label', field: 'spec.request.pvc' },
    ];
    const status = statusOf(422, 'Invalid', { causes }, 'Operation "a" is invalid: spec.kind: unknown kind');
    expect(refusalOf(call, answerOf(422, status), undefined).explanation).toEqual({
      what: 'could not create operations.soteria.dev "a" in namespace "shop"',
      why: 'the API server answered 422 Invalid: Operation "a" is invalid: spec.kind: unknown kind (spec.request.pvc: must be a DNS label)',
      fix: 'correct what the API server names, then ask again',
    });
  });

  it('names the resource type that is not installed', () => {
    const { why, fix } = refusalOf(call, answerOf(404, '404 page not found\n'), undefined).explanation;
    expect(why).toBe('the API server does not know the resource operations.soteria.dev in version v1alpha1');
    expect(fix).toContain('install the CRDs');
  });

  it('cuts a message that would not fit', () => {
    const { why } = refusalOf(
      call,
      answerOf(400, statusOf(400, 'BadRequest', {}, 'x'.repeat(5_000))),
      undefined,
    ).explanation;
    expect(why.length).toBeLessThan(1_100);
  });

  it('hands on when to ask again, in whole seconds', () => {
    const answer = answerOf(429, statusOf(429, 'TooManyRequests'));
    expect(refusalOf(call, answer, 1_200).retryAfterSeconds).toBe(2);
    expect(refusalOf(call, answer, undefined).retryAfterSeconds).toBeUndefined();
  });
});

describe('absence', () => {
  it('is a 404 that names an object', () => {
    expect(isObjectAbsent(answerOf(404, statusOf(404, 'NotFound', named)))).toBe(true);
    expect(isObjectAbsent(answerOf(404, statusOf(404, 'NotFound', {})))).toBe(false);
    expect(isObjectAbsent(answerOf(404, '404 page not found\n'))).toBe(false);
    expect(isObjectAbsent(answerOf(410, statusOf(410, 'Expired', named)))).toBe(false);
  });
});
