/** Half of the histories of a test run, so that two test files play them side by side. */
import { expect } from 'vitest';
import { simulate } from './simulate.ts';

/** `npm test` plays a few; the CI sets SOTERIA_SIMULATION_RUNS. The seed stays, so that a red run is red again. */
const runs = Number(process.env['SOTERIA_SIMULATION_RUNS'] ?? '500');
const seed = Number(process.env['SOTERIA_SIMULATION_SEED'] ?? '20260820');

export const historiesTimeoutMs = 60_000 + runs * 60;
export const half = Math.ceil(runs / 2);

export async function expectHistoriesHold(shard: 0 | 1): Promise<void> {
  const { failure } = await simulate({ runs: half, seed: seed + shard });
  const again = `npm run simulate -- --seed ${seed + shard} --path ${failure?.path}`;
  expect(
    failure && `${failure.invariant}: ${failure.why}\n${JSON.stringify(failure.history)}\n${again}`,
  ).toBeUndefined();
}
