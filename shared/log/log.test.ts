import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import { createLog } from './log.ts';

function recording() {
  const written: string[] = [];
  const log = createLog({
    write: (line) => written.push(line),
    now: () => new Date(instant),
    secrets: ['open-sesame-open'],
  });
  return { log, text: () => written.join(''), first: () => logLine.parse(JSON.parse(written[0] ?? '')) };
}

const instant = '2026-03-01T12:00:00.000Z';
const logLine = z.record(z.string(), z.unknown());

describe('the log', () => {
  it('writes one JSON object a line, with the fields of all the logs it came from', () => {
    const { log, first, text } = recording();
    log.with({ function: 'backup' }).with({ operation: 'a/b' }).warn('event_refused', { status: 422, gone: undefined });
    expect(first()).toEqual({
      time: '2026-03-01T12:00:00.000Z',
      level: 'warn',
      event: 'event_refused',
      function: 'backup',
      operation: 'a/b',
      status: 422,
    });
    expect(text()).toMatch(/^[^\n]+\n$/);
  });

  it('lets no field pass itself off as time, level or event', () => {
    const { log, first } = recording();
    log.info('a', { level: 'error', event: 'b', time: 'never' });
    expect(first()).toMatchObject({ level: 'info', event: 'a', time: instant });
  });

  it('writes no credential, whether by name, by look or by being known', () => {
    const { log, text } = recording();
    log.info('a', { password: 'hunter22', note: 'Bearer abcdefghijk', ce_id: 'open-sesame-open' });
    expect(text()).not.toMatch(/hunter22|abcdefghijk|open-sesame/);
  });

  it('cuts endless values', () => {
    const { log, text } = recording();
    log.info('a', { note: 'x'.repeat(100_000) });
    expect(text().length).toBeLessThan(3000);
  });

  it('describes what was thrown by code, classes and positions, never by a foreign message', () => {
    const { log, first, text } = recording();
    const inner = Object.assign(new TypeError('GET https://host failed\n    at token=hunter22 (x.js:1:2)'), {
      code: 'ECONNRESET',
    });
    log.error('event_failed', new Error('secret words', { cause: inner }));
    expect(first()).toMatchObject({ code: 'internal', causes: 'Error < TypeError(ECONNRESET)' });
    expect(String(first()['at'])).toContain('log.test.ts');
    expect(text()).not.toMatch(/hunter22|secret words/);
  });

  it('tells our own explanation', () => {
    const { log, first } = recording();
    log.error(
      'event_failed',
      new SoteriaError('cluster_unavailable', { what: 'no snapshot', why: 'down', fix: 'wait' }),
    );
    expect(first()).toMatchObject({ code: 'cluster_unavailable', what: 'no snapshot', why: 'down' });
  });

  it.each([undefined, null, 'text', 7, { a: 1 }, Object.create(null)])('survives %s being thrown', (thrown) => {
    const { log, first } = recording();
    log.error('event_failed', thrown);
    expect(first()).toMatchObject({ code: 'internal' });
  });
});
