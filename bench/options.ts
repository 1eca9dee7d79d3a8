/** The arguments every bench takes. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly isJson: boolean;
  readonly runs: number;
}

/** Throws with the allowed arguments. */
export function readBenchOptions(args: readonly string[], defaultRuns: number): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: String(defaultRuns) } },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs is ${values.runs}, it must be a whole number above 0`);
  return { isJson: values.json, runs };
}
