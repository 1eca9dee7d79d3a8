import { expect, it } from 'vitest';
import { isLeased, leaseLeftMs } from './lease.ts';

const now = new Date('2026-03-15T12:00:00Z');

it.each([
  ['none', undefined, 0],
  ['a lease that runs', '2026-03-15T12:00:20Z', 20_000],
  ['a lease that has run out', '2026-03-15T11:59:59Z', 0],
  ['a lease of a clock that is an hour ahead', '2026-03-15T13:00:20Z', 0],
  ['nonsense', 'soon', 0],
])('a lease: %s', (_title, leaseUntil, leftMs) => {
  expect(leaseLeftMs({ leaseUntil }, now)).toBe(leftMs);
  expect(isLeased({ leaseUntil }, now)).toBe(leftMs > 0);
});
