/**
 * `npm run bench:events [-- --json] [--runs N]`: events per second and the 99th percentile of one instance, beside
 * alternatives. The no-op is an event about an irrelevant object: received, checked, logged and answered, without any call to another server.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argsOf, bundleAsShipped } from './as-shipped.ts';
import { startBenchCluster } from './cluster.ts';
import { backupEvents, recordOperations } from './cold-start/first-event.ts';
import { measureThroughput } from './events/measure-throughput.ts';
import { measureInTurn, type Subject } from './interleave.ts';
import { readBenchOptions } from './options.ts';
import type { BenchEvent } from './post-event.ts';
import { bareNode, peers, type Program } from './programs.ts';
import { measurementsOf, printMeasurements } from './report.ts';

const ofNoConcern: readonly BenchEvent[] = [
  {
    type: 'dev.knative.apiserver.ref.update',
    data: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'soteria', name: 'other' },
  },
];

const { isJson, runs } = readBenchOptions(process.argv.slice(2), 5);
await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const outDir = folder.path;
const cluster = await startBenchCluster();
try {
  await recordOperations(cluster.server.adminClient);
  const shipped = await bundleAsShipped(outDir);
  const backup = { args: argsOf(shipped, 'backup'), env: await cluster.functionEnv('backup') };
  const subject = (program: Program, events: readonly BenchEvent[]): Subject => ({
    name: program.name,
    measure: () => measureThroughput(program, events),
  });
  const subjects = [
    ...[bareNode, ...peers].map((program) => subject(program, ofNoConcern)),
    subject({ name: 'backup no-op', ...backup }, ofNoConcern),
    subject({ name: 'backup, one look at the API server', ...backup }, backupEvents()),
  ];
  const samples = await measureInTurn(subjects, runs);
  const units = { events_per_second: 'events/s', p99_ms: 'ms' };
  printMeasurements(measurementsOf('events', samples, units, 'faas-js-runtime no-op'), isJson);
} finally {
  await cluster.stop();
}
