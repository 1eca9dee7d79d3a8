/**
 * `npm run bench:restore [-- --json] [--runs N]`: the cost of a restore beyond copying the bytes, and the requests of one restore and of a namespace of 200
 * claims to the API server, by wake-up and verb, with the shipped bundle and rights. Without an API server, only the bytes.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { openRequestLog } from './backup/read-requests.ts';
import { installLonghornCrds, startBenchCluster } from './cluster.ts';
import { readBenchOptions } from './options.ts';
import { type Measurement, measurementsOf, type MetricUnits, printMeasurements, type Samples } from './report.ts';
import { measureBytes } from './restore/copy-bytes.ts';
import { playRestores } from './restore/play-restores.ts';
import { type NamespaceRun, runNamespace, runOne, type RunTools, type Wakeup } from './restore/run-restores.ts';
import { serveFunction } from './serve-function.ts';

const mebibytes = 128;
const manyClaims = 200;
const progressUpdates = 100;
const { isJson, runs } = readBenchOptions(process.argv.slice(2), 5);

/** How often each item is in the list. */
function countEach(requests: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const request of requests) counts.set(request, (counts.get(request) ?? 0) + 1);
  return counts;
}

function samplesOfOne(done: readonly (readonly Wakeup[])[]): Samples {
  const samples = new Map<string, Record<string, number[]>>();
  const add = (subject: string, metric: string, value: number): void => {
    const metrics = samples.get(subject) ?? {};
    (metrics[metric] ??= []).push(value);
    samples.set(subject, metrics);
  };
  for (const wakeups of done) {
    const own = wakeups.filter(({ cause }) => cause !== 'progress');
    const moved = wakeups.filter(({ cause }) => cause === 'progress');
    add(
      'restore',
      'own_ms',
      own.reduce((sum, { ms }) => sum + ms, 0),
    );
    add('restore', 'requests', own.flatMap(({ requests }) => requests).length);
    add('restore', 'progress_requests', moved.flatMap(({ requests }) => requests).length);
    for (const { cause, requests } of own) {
      for (const [verb, count] of countEach(requests)) add(`restore, ${cause}`, verb, count);
    }
  }
  return samples;
}

function samplesOfMany({ ms, requests, mostAtOnce }: NamespaceRun): Samples {
  const perClaim = (count: number): number[] => [count / manyClaims];
  const subject = `namespace of ${manyClaims} claims`;
  const verbs = [...countEach(requests)].map(([verb, count]): [string, number[]] => [verb, perClaim(count)]);
  return new Map([
    [subject, { ms: [ms], most_at_once: [mostAtOnce], requests_per_claim: perClaim(requests.length) }],
    [`${subject}, per claim`, Object.fromEntries(verbs)],
  ]);
}

/** Metrics are times or numbers of requests: each verb is a metric. */
function unitsOf(samples: Samples): MetricUnits {
  const counts = [...samples.values()].flatMap((metrics) => Object.keys(metrics).map((name) => [name, 'requests']));
  return { ...Object.fromEntries(counts), ms: 'ms', own_ms: 'ms' };
}

async function measureRequests(): Promise<Measurement[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
  const outDir = folder.path;
  const cluster = await startBenchCluster();
  try {
    const admin = cluster.server.adminClient;
    await installLonghornCrds(admin);
    await bundleFunctions({ outDir });
    const played = await playRestores(admin, manyClaims);
    const served = await serveFunction(cluster, 'restore', join(outDir, 'restore.cjs'));
    try {
      const tools: RunTools = {
        served,
        played,
        admin,
        requests: openRequestLog(cluster.server.auditLogPath, 'restore'),
      };
      const done: Wakeup[][] = [];
      for (let run = 0; run <= runs; run += 1) {
        const measured = await runOne(tools, `data-${run}`, progressUpdates);
        // The first run alone has a clean start of everything.
        if (run > 0) done.push(measured);
      }
      const many = await runNamespace(tools, 1);
      return [samplesOfOne(done), samplesOfMany(many)].flatMap((samples) =>
        measurementsOf('restore', samples, unitsOf(samples)),
      );
    } finally {
      await served.stop();
    }
  } finally {
    await cluster.stop();
  }
}

const bytes = [...(await measureBytes(mebibytes, runs))].map(
  ([name, metrics]) => [`${mebibytes} MiB, ${name}`, metrics] as const,
);
const measured = measurementsOf('restore', new Map(bytes), { ms: 'ms' }, `${mebibytes} MiB, plain copy`);
printMeasurements([...measured, ...(await measureRequests())], isJson);
