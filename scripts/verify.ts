/**
 * `npm run verify`: everything that must hold before a change is merged; stops at the first thing that does not.
 * `-- --without-tests` leaves out the tests, for callers that run them separately.
 */
import { runSteps, type Step, tool } from './steps.ts';

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

runSteps('verify', process.argv.includes('--without-tests') ? steps.filter(({ name }) => name !== 'tests') : steps);
