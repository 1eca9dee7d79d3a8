/** One shard of a simulation, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { simulate, type Simulation } from './simulate.ts';

export interface ShardTask {
  readonly runs: number;
  readonly seed: number;
  /** Empty: from the start. */
  readonly path: string;
}

export interface ShardReport extends Simulation {
  readonly seed: number;
  readonly steps: number;
}

const { runs, seed, path } = workerData as ShardTask;
let steps = 0;
const simulation = await simulate({ runs, seed, path, onHistory: (count) => (steps += count) });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage({ ...simulation, seed, steps } satisfies ShardReport);
