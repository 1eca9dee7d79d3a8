import { describe, expect, it } from 'vitest';
import type { Answer } from '../post.ts';
import { describeFailure, findBackoffMs, judgeAnswer, planDelivery } from './decide-delivery.ts';

function answer(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return { kind: 'answer', status, headers, body: Buffer.from(body) };
}
const replyHeaders = { 'ce-specversion': '1.0', 'ce-id': 'r', 'ce-source': '/r', 'ce-type': 'reply' };

describe('an answer', () => {
  it.each([200, 202, 204])('of %i without a body acknowledges', (status) => {
    expect(judgeAnswer(answer(status), 'u')).toEqual({ kind: 'acknowledged', status });
  });

  it.each([200, 202])('of %i with an event is a reply', (status) => {
    expect(judgeAnswer(answer(status, '{}', replyHeaders), 'u').kind).toBe('replied');
  });

  it.each([
    ['{"ok":true}', {}],
    ['ok', {}],
    ['{}', { 'ce-specversion': '1.0' }],
  ])('of 200 with %s is a broken reply that is retried as 502', (body, headers) => {
    expect(judgeAnswer(answer(200, body, headers), 'u')).toMatchObject({
      kind: 'failed',
      code: 502,
      isRetryable: true,
    });
  });

  it.each([404, 408, 409, 429, 500, 502, 503, 504])('of %i is retried', (status) => {
    expect(judgeAnswer(answer(status), 'u')).toMatchObject({ kind: 'failed', code: status, isRetryable: true });
  });

  it.each([301, 400, 401, 403, 405, 410, 413, 422])('of %i is final', (status) => {
    expect(judgeAnswer(answer(status), 'u')).toMatchObject({ kind: 'failed', code: status, isRetryable: false });
  });

  it.each<Answer>([{ kind: 'unreachable', reason: 'ECONNREFUSED' }, { kind: 'timeout' }])(
    'that never came counts as 500 and is retried ($kind)',
    (none) => {
      const verdict = judgeAnswer(none, 'http://x/');
      expect(verdict).toMatchObject({ kind: 'failed', code: 500, isRetryable: true });
      expect(verdict.kind === 'failed' && verdict.data).toMatch(/^dispatch error: Post "http:\/\/x\/": /);
    },
  );
});

describe('the pause before a repetition', () => {
  it.each([
    ['exponential', 2000, [2000, 4000, 8000, 16_000]],
    ['linear', 1000, [0, 1000, 2000, 3000]],
    [undefined, 1000, [0, 0, 0, 0]],
    ['linear', undefined, [0, 0, 0, 0]],
  ] as const)('with policy %s and delay %s is %j', (backoffPolicy, backoffDelayMs, pauses) => {
    expect([0, 1, 2, 3].map((done) => findBackoffMs({ backoffPolicy, backoffDelayMs }, done))).toEqual(pauses);
  });
});

describe('the plan of a delivery', () => {
  const sink = { uri: 'http://letters/' };
  const broker = {
    delivery: { retry: 3, backoffPolicy: 'linear', backoffDelay: 100, deadLetterSink: sink },
  } as const;

  it('of a Trigger without a delivery is the broker’s', () => {
    expect(planDelivery(undefined, broker)).toMatchObject({ retry: 3, backoffPolicy: 'linear', deadLetterSink: sink });
  });

  it('of a Trigger with only a timeout has no retries and keeps the broker’s dead letter sink', () => {
    expect(planDelivery({ timeout: 1000 }, broker)).toEqual({
      retry: 0,
      backoffPolicy: undefined,
      backoffDelayMs: undefined,
      timeoutMs: 1000,
      deadLetterSink: sink,
    });
  });

  it('of neither is what Knative writes into a broker by default', () => {
    expect(planDelivery(undefined, {})).toMatchObject({ retry: 10, backoffPolicy: 'exponential', backoffDelayMs: 200 });
  });
});

describe('a dead letter', () => {
  it('carries at most 1024 characters of the answer in base64', () => {
    const { knativeerrordata, ...rest } = describeFailure(
      { code: 500, data: 'x'.repeat(900), isRetryable: true },
      'http://f/',
    );
    expect(rest).toEqual({ knativeerrordest: 'http://f/', knativeerrorcode: '500' });
    expect(knativeerrordata).toHaveLength(1024);
    expect(Buffer.from(knativeerrordata ?? '', 'base64').toString()).toMatch(/^x{768}$/);
  });
});
