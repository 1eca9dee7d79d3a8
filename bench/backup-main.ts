/**
 * `npm run bench:backup [-- --json] [--runs N]`: the requests of one backup with 100 progress updates to the API server, by wake-up and
 * verb, and the time from its request to the Backup object. On a real API server, with the shipped bundle and rights.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { type PlayedLonghorn, playLonghorn } from './backup/play-longhorn.ts';
import { openRequestLog } from './backup/read-requests.ts';
import { type BackupRun, runBackup } from './backup/run-backup.ts';
import { type BenchCluster, installLonghornCrds, startBenchCluster } from './cluster.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, type MetricUnits, printMeasurements } from './report.ts';
import { serveFunction } from './serve-function.ts';

const progressUpdates = 100;
const { isJson, runs } = readBenchOptions(process.argv.slice(2), 5);

async function measure(cluster: BenchCluster, bundle: string, longhorn: PlayedLonghorn): Promise<BackupRun[]> {
  const served = await serveFunction(cluster, 'backup', bundle);
  try {
    const requests = openRequestLog(cluster.server.auditLogPath, 'backup');
    const done: BackupRun[] = [];
    for (let run = 0; run <= runs; run += 1) {
      const measured = await runBackup({ served, longhorn, progressUpdates, requests });
      // The first run alone has a clean start of everything.
      if (run > 0) done.push(measured);
    }
    return done;
  } finally {
    await served.stop();
  }
}

function samplesOf(done: readonly BackupRun[]): Map<string, Record<string, number[]>> {
  const samples = new Map<string, Record<string, number[]>>();
  const add = (subject: string, metric: string, values: number[]): void => {
    samples.set(subject, { ...samples.get(subject), [metric]: values });
  };
  const count = (requestsOf: (run: BackupRun) => readonly string[]) => done.map((run) => requestsOf(run).length);
  const isProgress = ({ cause }: { cause: string }): boolean => cause === 'progress';
  add(
    'backup',
    'event_to_backup_ms',
    done.map(({ untilBackupMs }) => untilBackupMs),
  );
  add(
    'backup',
    'requests',
    count(({ wakeups }) => wakeups.filter((one) => !isProgress(one)).flatMap(({ requests }) => requests)),
  );
  add(
    'backup',
    'progress_requests',
    count(({ wakeups }) => wakeups.filter(isProgress).flatMap(({ requests }) => requests)),
  );
  add(
    'backup',
    'wakeups',
    done.map(({ wakeups }) => wakeups.length),
  );
  const [first] = done;
  for (const cause of new Set(first?.wakeups.map((one) => one.cause))) {
    const requestsOf = (run: BackupRun) =>
      run.wakeups.filter((one) => one.cause === cause).flatMap(({ requests }) => requests);
    for (const verb of new Set(first === undefined ? [] : requestsOf(first))) {
      add(
        `backup, ${cause}`,
        verb,
        count((run) => requestsOf(run).filter((one) => one === verb)),
      );
    }
  }
  return samples;
}

await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const outDir = folder.path;
const cluster = await startBenchCluster();
try {
  const admin = cluster.server.adminClient;
  await installLonghornCrds(admin);
  await bundleFunctions({ outDir });
  const longhorn = await playLonghorn(admin);
  const done = await measure(cluster, join(outDir, 'backup.cjs'), longhorn);
  const samples = samplesOf(done);
  const counts = [...samples.values()].flatMap((metrics) => Object.keys(metrics).map((name) => [name, 'requests']));
  const units: MetricUnits = { ...Object.fromEntries(counts), event_to_backup_ms: 'ms', wakeups: 'wake-ups' };
  printMeasurements(measurementsOf('backup', samples, units), isJson);
} finally {
  await cluster.stop();
}
