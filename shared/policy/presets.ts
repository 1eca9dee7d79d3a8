/**
 * Schedules by name. A random one is random by the policy's id and stays what it is: two installations of the same policy run at the same
 * minute, and two policies rarely do. Pure.
 */
import { createHash } from 'node:crypto';

export const presetNames = [
  '@hourly-random',
  '@hourly-slot',
  '@daily-random',
  '@weekly-random',
  '@monthly-random',
  '@yearly-random',
] as const;
export type Preset = (typeof presetNames)[number];

/** The same for the same text: 0 up to, not including, `below`. */
export function stableNumber(text: string, below: number): number {
  return below <= 1 ? 0 : createHash('sha256').update(text).digest().readUIntBE(0, 6) % below;
}

/** The cron text of a preset for that policy. `@hourly-slot`: one of the six ten-minute slots of an hour. */
export function presetSchedule(preset: Preset, policyId: string): string {
  const pick = (field: string, below: number) => stableNumber(`${policyId} ${preset} ${field}`, below);
  const minute = pick('minute', 60);
  const hour = pick('hour', 24);
  switch (preset) {
    case '@hourly-random':
      return `${minute} * * * *`;
    case '@hourly-slot':
      return `${pick('slot', 6) * 10} * * * *`;
    case '@daily-random':
      return `${minute} ${hour} * * *`;
    case '@weekly-random':
      return `${minute} ${hour} * * ${pick('weekday', 7)}`;
    // Each month has 28 days.
    case '@monthly-random':
      return `${minute} ${hour} ${1 + pick('day', 28)} * *`;
    case '@yearly-random':
      return `${minute} ${hour} ${1 + pick('day', 28)} ${1 + pick('month', 12)} *`;
  }
}
