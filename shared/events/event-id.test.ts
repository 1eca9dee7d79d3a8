import { expect, it } from 'vitest';
import { factId } from './event-id.ts';

it('gives one fact of one operation one id, and no other the same', () => {
  const ids = [factId('u1', 'backup.started'), factId('u1', 'backup.completed'), factId('u2', 'backup.started')];
  expect(new Set(ids).size).toBe(3);
  expect(factId('u1', 'backup.started')).toBe(ids[0]);
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
});
