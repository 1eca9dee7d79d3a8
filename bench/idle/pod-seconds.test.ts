import { expect, it } from 'vitest';
import { podSecondsOf } from './pod-seconds.ts';

const rules = { windowSeconds: 20, graceSeconds: 30, drainSeconds: 30 };

it.each([
  ['nothing', [], 0],
  ['one event', [100], 80],
  ['two events far apart', [100, 1_000], 160],
  ['an event that comes while the pod runs', [100, 150], 130],
  ['three events in any order', [150, 100, 1_000], 210],
  ['two events at once', [100, 100], 80],
])('%s: %j lives %i seconds', (_title, wakeups, seconds) => {
  expect(podSecondsOf(wakeups, rules)).toBe(seconds);
});
