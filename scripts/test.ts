/**
 * `npm test [-- VITEST ARGUMENTS]`: every test once. Tests on a real API server run when `npm run servers` has built one (or
 * KUBEBUILDER_ASSETS points to one); with REQUIRE_APISERVER=1 a run without any of them fails. What a test leaves in the system's temporary folder is a
 * failure too: the run has a temporary folder of its own, which is empty at the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlaceName, placeNames, places, promises, suitesAt } from './proved-where.ts';
import { listNotRun, mergeReports, summariseRun, type TestReport } from './summarise-run.ts';
import { turns } from './test-turns.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reportsDir = join(root, '.cache/test-reports');
const scratch = mkdtempSync(join(tmpdir(), 'soteria-test-'));
// Some tests are another user for a while.
chmodSync(scratch, 0o755);
const running = new Set<ChildProcess>();
let isEnding = false;

interface Run {
  readonly exitCode: number;
  readonly report: TestReport | undefined;
}

async function runVitest(name: string, args: readonly string[]): Promise<Run> {
  const reportPath = join(reportsDir, `${name}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const env = { ...process.env, TMPDIR: scratch };
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, env, stdio: 'inherit' });
  running.add(child);
  await once(child, 'exit');
  running.delete(child);
  return { exitCode: child.exitCode ?? 1, report: readReport(reportPath) };
}

function readReport(path: string): TestReport | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

async function runTurns(): Promise<Run[]> {
  const runs: Run[] = [];
  for (const turn of turns) {
    if (isEnding) break;
    const startedAt = performance.now();
    const beside = turn.map((projects) =>
      runVitest(
        projects.join('-'),
        projects.map((project) => `--project=${project}`),
      ),
    );
    runs.push(...(await Promise.all(beside)));
    console.log(`${turn.flat().join(', ')}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
  return runs;
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
// An old report must not speak for a run that broke off.
rmSync(reportsDir, { recursive: true, force: true });
mkdirSync(reportsDir, { recursive: true });
// After the end of the runs the temporary folder is removed. A terminal sends Ctrl-C to them itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isEnding = true;
    if (signal === 'SIGTERM') for (const child of running) child.kill(signal);
  });
}
const runs = isWhole ? await runTurns() : [await runVitest('chosen', process.argv.slice(2))];
const left = readdirSync(scratch);
rmSync(scratch, { recursive: true, force: true });
const exitCode = isEnding ? 130 : Math.max(...runs.map((run) => run.exitCode));
const report = mergeReports(runs.map((run) => run.report));
if (report !== undefined) writeFileSync(join(root, '.cache/test-report.json'), JSON.stringify(report));
const summary = summariseRun(report);
const missed = isWhole ? listMissed() : [];
const isApiServerMissed = process.env['REQUIRE_APISERVER'] === '1' && summary.apiServerRan === 0;

if (summary.apiServerSkipped > 0) {
  console.log(`API-server tests: ${summary.apiServerSkipped} DID NOT RUN, for the reason given above.`);
}
if (isApiServerMissed) console.log('API-server tests: REQUIRE_APISERVER=1, and none ran. That is a failure.');
for (const line of missed) console.log(line);
if (left.length > 0) console.log(`Left in the temporary folder: ${left.join(', ')}. That is a failure.`);
console.log(`API-server tests: ${summary.apiServerRan} ran`);
console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);
const hasFailed = summary.failed > 0 || isApiServerMissed || missed.length > 0 || left.length > 0;
process.exitCode = exitCode === 0 && hasFailed ? 1 : exitCode;
