/** Plays generated histories until one breaks an invariant, or all have held. */
import fc from 'fast-check';
import type { Mutation } from './compose.ts';
import { type History, histories } from './history.ts';
import { firstBroken, type InvariantName } from './invariants.ts';
import { runHistory } from './run-history.ts';

export interface SimulationOptions {
  readonly runs: number;
  readonly seed: number;
  readonly mutation?: Mutation;
  /** Of fast-check: replays one counterexample. */
  readonly path?: string;
  /** False: the first counterexample is good enough. */
  readonly isShrunk?: boolean;
  readonly onHistory?: (steps: number) => void;
}

export interface Simulation {
  readonly runs: number;
  readonly failure:
    | {
        readonly invariant: InvariantName;
        readonly why: string;
        readonly history: History;
        /** With the seed: how to see it again. */
        readonly path: string;
      }
    | undefined;
}

class Broken extends Error {
  readonly invariant: InvariantName;
  readonly why: string;

  constructor(invariant: InvariantName, why: string) {
    super(`${invariant}: ${why}`);
    this.invariant = invariant;
    this.why = why;
  }
}

export async function simulate({
  runs,
  seed,
  mutation = {},
  path = '',
  isShrunk = true,
  onHistory,
}: SimulationOptions): Promise<Simulation> {
  const property = fc.asyncProperty(histories, async (history) => {
    const played = await runHistory(history, mutation);
    onHistory?.(played.steps);
    const broken = firstBroken(played);
    if (broken !== undefined) throw new Broken(broken.name, broken.why);
  });
  const details = await fc.check(property, { numRuns: runs, seed, path, endOnFailure: !isShrunk });
  if (!details.failed) return { runs: details.numRuns, failure: undefined };
  const { errorInstance, counterexample, counterexamplePath } = details;
  if (counterexample === null) throw errorInstance;
  const [history] = counterexample;
  if (!(errorInstance instanceof Broken)) {
    const where = `--seed ${seed} --path ${counterexamplePath}`;
    throw new Error(`the simulation itself failed (${where}): ${JSON.stringify(history)}`, { cause: errorInstance });
  }
  const { invariant, why } = errorInstance;
  return { runs: details.numRuns, failure: { invariant, why, history, path: counterexamplePath ?? '' } };
}

/** The first histories of a seed. */
export function sample(count: number, seed: number): History[] {
  return fc.sample(histories, { numRuns: count, seed });
}
