import { describe, expect, it } from 'vitest';
import { decideScale } from './decide-scale.ts';
import type { Pod, ScaleTimes } from './decide-scale.ts';

const times: ScaleTimes = { windowMs: 60_000, retentionMs: 30_000, drainMs: 30_000, killMs: 270_000, minScale: 0 };
const idle: Pod = { phase: 'ready', inFlight: 0, idleSinceMs: 1000, phaseSinceMs: 0 };

const cases: readonly (readonly [string, Pod, Partial<ScaleTimes>, number, unknown])[] = [
  ['a starting process is left alone', { ...idle, phase: 'starting' }, {}, 1e9, { kind: 'stay' }],
  ['a busy one is left alone', { ...idle, inFlight: 1 }, {}, 1e9, { kind: 'stay' }],
  ['a minimum scale keeps it', idle, { minScale: 1 }, 1e9, { kind: 'stay' }],
  ['window and grace count from the last request', idle, {}, 1000, { kind: 'look-again', atMs: 91_000 }],
  ['it stays one millisecond longer', idle, {}, 90_999, { kind: 'look-again', atMs: 91_000 }],
  ['then it drains', idle, {}, 91_000, { kind: 'drain' }],
  [
    'a longer retention takes the place of the grace',
    idle,
    { retentionMs: 120_000 },
    91_000,
    { kind: 'look-again', atMs: 181_000 },
  ],
  [
    'the drain needs its own quiet time',
    { ...idle, phase: 'draining', phaseSinceMs: 91_000 },
    {},
    91_000,
    { kind: 'look-again', atMs: 121_000 },
  ],
  [
    'which a request starts again',
    { ...idle, phase: 'draining', phaseSinceMs: 91_000, idleSinceMs: 100_000 },
    {},
    121_000,
    { kind: 'look-again', atMs: 130_000 },
  ],
  ['no process is ended while it works', { ...idle, phase: 'draining', inFlight: 1 }, {}, 1e9, { kind: 'stay' }],
  [
    'after the quiet time it is asked to end',
    { ...idle, phase: 'draining', phaseSinceMs: 91_000 },
    {},
    121_000,
    { kind: 'terminate' },
  ],
  [
    'it may use the rest of its timeout to end',
    { ...idle, phase: 'terminating', phaseSinceMs: 121_000 },
    {},
    121_000,
    { kind: 'look-again', atMs: 391_000 },
  ],
  [
    'and is killed then, whatever it does',
    { ...idle, phase: 'terminating', phaseSinceMs: 121_000, inFlight: 1 },
    {},
    391_000,
    { kind: 'kill' },
  ],
];

describe('the life of a function process', () => {
  it.each(cases)('%s', (_title, pod, change, nowMs, decision) => {
    expect(decideScale(pod, { ...times, ...change }, nowMs)).toEqual(decision);
  });
});
