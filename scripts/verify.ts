/**
 * `npm run verify`: everything that must hold before a change is merged; stops at the first thing that does not.
 * `-- --without-tests` leaves the tests to whoever runs them apart.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Step {
  readonly name: string;
  /** Arguments of Node: a tool of a dependency, or a script of ours. */
  readonly args: readonly string[];
  readonly fix: string;
}

const tool = (name: string, ...args: string[]) => [join('node_modules/.bin', name), ...args];

/** Quickest first, so that what stops it stops it soon. The tests come last: their summary is what a reader looks for. */
const steps: readonly Step[] = [
  { name: 'format', args: tool('oxfmt', '--check', '.'), fix: 'npm run format' },
  { name: 'lint', args: tool('oxlint', '--type-aware', '--deny-warnings', '.'), fix: 'see the findings above' },
  { name: 'types', args: tool('tsc', '-b'), fix: 'see the findings above' },
  { name: 'unused', args: tool('knip', '--no-progress'), fix: 'remove what nothing uses' },
  { name: 'generated files', args: ['scripts/generate.ts', '--check'], fix: 'npm run generate' },
  { name: 'workflows', args: ['scripts/lint-workflows.ts'], fix: 'see the findings above' },
  { name: 'bundle', args: ['scripts/bundle.ts'], fix: 'see the error above' },
  { name: 'tests', args: ['scripts/test.ts'], fix: 'see the failures above' },
];

const inSeconds = (startedAt: number) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

function run({ name, args, fix }: Step): boolean {
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

const startedAt = performance.now();
const wanted = process.argv.includes('--without-tests') ? steps.filter(({ name }) => name !== 'tests') : steps;
const isVerified = wanted.every(run);
console.log(`\nverify: ${isVerified ? 'all held' : 'stopped at the first failure'}, ${inSeconds(startedAt)}`);
process.exitCode = isVerified ? 0 : 1;
