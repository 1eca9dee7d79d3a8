/** Steps that must hold one after another: `npm run verify` before a merge, `npm run check` while one works. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export interface Step {
  readonly name: string;
  /** Arguments of Node: a tool of a dependency, or a script of ours. */
  readonly args: readonly string[];
  readonly fix: string;
}

export const tool = (name: string, ...args: string[]): string[] => [join('node_modules/.bin', name), ...args];

const inSeconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

function holds({ name, args, fix }: Step): boolean {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) console.log(`── ${name}: ok, ${inSeconds(startedAt)}`);
  else console.error(`── ${name}: FAILED after ${inSeconds(startedAt)}. Fix: ${fix}`);
  return status === 0;
}

/** Stops at the first step that does not hold, and makes the process exit with 1 then. */
export function runSteps(title: string, steps: readonly Step[]): void {
  const startedAt = performance.now();
  const isWell = steps.every(holds);
  console.log(`\n${title}: ${isWell ? 'all held' : 'stopped at the first failure'}, ${inSeconds(startedAt)}`);
  process.exitCode = isWell ? 0 : 1;
}
