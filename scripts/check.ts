/**
 * `npm run check`: what a developer wants to know after each change, in less than a minute: the format and the types of everything, the lint of the
 * files that differ from main, and the unit tests that reach one of them. `npm run verify` checks everything.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runSteps, type Step, tool } from './steps.ts';

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Where this branch left main; without a main, or on it, the last commit: what is not committed counts. */
function findBase(): string {
  return git('merge-base', 'HEAD', 'origin/main') ?? git('merge-base', 'HEAD', 'main') ?? 'HEAD';
}

function listChanged(base: string): string[] {
  const names = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')];
  return names
    .flatMap((text) => (text ?? '').split('\n'))
    .filter((name) => name !== '' && existsSync(join(root, name)));
}

const base = findBase();
const sources = listChanged(base).filter((name) => /\.(ts|mjs|cjs|js)$/.test(name));

const lint: Step = {
  name: `lint of ${sources.length} changed files`,
  args: tool('oxlint', '--type-aware', '--deny-warnings', ...sources),
  fix: 'see the findings above',
};
const tests: Step = {
  name: 'unit tests of what changed',
  args: tool('vitest', 'run', '--project=unit', `--changed=${base}`, '--passWithNoTests', '--reporter=dot'),
  fix: 'see the failures above',
};

runSteps('check', [
  { name: 'format', args: tool('oxfmt', '--check', '.'), fix: 'npm run format' },
  ...(sources.length === 0 ? [] : [lint]),
  { name: 'types', args: tool('tsc', '-b'), fix: 'see the findings above' },
  tests,
]);
