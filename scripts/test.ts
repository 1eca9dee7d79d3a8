/**
 * `npm test [-- VITEST ARGUMENTS]`: every test once. Tests on a real API server run when `npm run servers` has built one (or
 * KUBEBUILDER_ASSETS points to one); with REQUIRE_APISERVER=1 a run without any of them fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlaceName, placeNames, places, promises, suitesAt } from './proved-where.ts';
import { listNotRun, summariseRun, type TestReport } from './summarise-run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reportPath = join(root, '.cache/test-report.json');

async function runVitest(args: readonly string[]): Promise<number> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, stdio: 'inherit' });
  await once(child, 'exit');
  return child.exitCode ?? 1;
}

function readReport(): TestReport | undefined {
  return existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : undefined;
}

const isRequired = (name: PlaceName): boolean => {
  const place = places[name];
  return 'required' in place && process.env[place.required] === '1';
};

/** What the README says was proved on something real, and this run, which had to be complete, did not prove. */
function listMissed(): string[] {
  return placeNames.filter(isRequired).flatMap((name) => {
    const suites = new Set(promises.flatMap((promise) => suitesAt(root, promise, name)));
    return listNotRun(report, [...suites]).map(
      (file) => `${places[name].title}: ${file} DID NOT RUN. That is a failure.`,
    );
  });
}

const isWhole = process.argv.length === 2;
mkdirSync(dirname(reportPath), { recursive: true });
// An old report must not speak for a run that broke off.
rmSync(reportPath, { force: true });
const exitCode = await runVitest(process.argv.slice(2));
const report = readReport();
const summary = summariseRun(report);
const missed = isWhole ? listMissed() : [];
const isApiServerMissed = process.env['REQUIRE_APISERVER'] === '1' && summary.apiServerRan === 0;

if (summary.apiServerSkipped > 0) {
  console.log(`API-server tests: ${summary.apiServerSkipped} DID NOT RUN, for the reason given above.`);
}
if (isApiServerMissed) console.log('API-server tests: REQUIRE_APISERVER=1, and none ran. That is a failure.');
for (const line of missed) console.log(line);
console.log(`API-server tests: ${summary.apiServerRan} ran`);
console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);
const hasFailed = summary.failed > 0 || isApiServerMissed || missed.length > 0;
process.exitCode = exitCode === 0 && hasFailed ? 1 : exitCode;
