import { describe, expect, it } from 'vitest';
import { SoteriaError } from '../../errors.ts';
import type { OperationStatus } from './schema.ts';
import { advance, refuse, succeed } from './status.ts';

const pending: OperationStatus = { phase: 'Pending', progress: 0, message: '', steps: [] };
const began = new Date('2026-01-31T01:00:00Z');
const ended = new Date('2026-01-31T02:00:00Z');
const cancelled = new SoteriaError('cancelled', { what: 'x was cancelled', why: 'it was asked for', fix: 'ask again' });

describe('startedAt', () => {
  const running = advance(pending, { step: 'snapshot', progress: 1, message: 'begins' }, began);

  it('is the instant at which the operation became Running, also after its end', () => {
    expect(succeed(running, {}, 'done', ended)).toMatchObject({
      startedAt: began.toISOString(),
      finishedAt: ended.toISOString(),
    });
  });

  it.each(['Failed', 'Skipped', 'Cancelled'] as const)(
    'is left out when an operation is %s before it began',
    (phase) => {
      const status = refuse(pending, phase, cancelled, ended);
      expect(status).toMatchObject({ phase, finishedAt: ended.toISOString() });
      expect(status.startedAt).toBeUndefined();
    },
  );

  it('is left out when an operation succeeds without having run', () => {
    expect(succeed(pending, { reused: true }, 'reused', ended).startedAt).toBeUndefined();
  });
});
