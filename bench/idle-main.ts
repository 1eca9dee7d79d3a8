/**
 * `npm run bench:idle [-- --json]`: pod-seconds and MiB-hours of a simulated day with 1, 10 and 100 policies, beside one process that is
 * always running, and beside the requests in the published manifests of other projects. Only the memory is measured, the rest is computed.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argsOf, bundleAsShipped } from './as-shipped.ts';
import { startBenchCluster } from './cluster.ts';
import { firstEventOf, recordOperations } from './cold-start/first-event.ts';
import { measureColdStart } from './cold-start/measure-cold-start.ts';
import { podSecondsOf } from './idle/pod-seconds.ts';
import { wakeupsOf } from './idle/simulated-day.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, printMeasurements, type Samples } from './report.ts';

/** The window of the shipped Services; grace and drain are Knative's defaults. */
const rules = { windowSeconds: 20, graceSeconds: 30, drainSeconds: 30 };
/** Most increments are small, few are not. */
const day = { backupSeconds: [60, 120, 120, 240, 900], progressEverySeconds: 10 };
const daySeconds = 24 * 3600;
const units = { wakeups: '', pod_seconds: 's', mib_hours: 'MiB·h', cpu_hours: 'CPU·h' };
const always = 'one process of backup, always on';

/** The resource requests in the manifests that their projects publish; running all day. */
const alwaysOn = [
  { subject: 'K8up operator', mib: 128 },
  { subject: 'VolSync manager', mib: 64 },
  { subject: 'Velero server, without its node agents', mib: 128 },
] as const;
/** Not a rival: the resources of Knative itself, which count where Knative runs for Soteria alone. */
const knative = { subject: 'Knative Serving and Eventing core', mib: 938, cpus: 1.35 };

const { isJson } = readBenchOptions(process.argv.slice(2), 1);

async function measureMemory(names: readonly string[]): Promise<Map<string, number>> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
  const outDir = folder.path;
  const cluster = await startBenchCluster();
  try {
    await recordOperations(cluster.server.adminClient);
    const shipped = await bundleAsShipped(outDir);
    const memory = new Map<string, number>();
    for (const name of names) {
      const program = { name, args: argsOf(shipped, name), env: await cluster.functionEnv(name) };
      const { rss_mib: mib = Number.NaN } = await measureColdStart(program, firstEventOf(name));
      memory.set(name, mib);
    }
    return memory;
  } finally {
    await cluster.stop();
  }
}

const memory = await measureMemory(['backup', 'policy-tick', 'restore', 'b2-usage']);
const mibHours = (podSeconds: number, mib = Number.NaN): number => (podSeconds / 3600) * mib;

/** One value of each metric: computed, not sampled. */
function soteria(policies: number): [string, Record<string, number[]>] {
  const lives = Object.entries(wakeupsOf({ policies, ...day })).map(([name, wakeups]) => {
    const podSeconds = podSecondsOf(wakeups, rules);
    return { wakeups: wakeups.length, podSeconds, mibHours: mibHours(podSeconds, memory.get(name)) };
  });
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return [
    `Soteria, ${policies} ${policies === 1 ? 'policy' : 'policies'}`,
    {
      wakeups: [sum(lives.map((life) => life.wakeups))],
      pod_seconds: [sum(lives.map((life) => life.podSeconds))],
      mib_hours: [sum(lives.map((life) => life.mibHours))],
    },
  ];
}

function runningAllDay(subject: string, mib: number | undefined): [string, Record<string, number[]>] {
  return [subject, { pod_seconds: [daySeconds], mib_hours: [mibHours(daySeconds, mib)] }];
}

const samples: Samples = new Map([
  ...[1, 10, 100].map(soteria),
  runningAllDay(always, memory.get('backup')),
  ...alwaysOn.map(({ subject, mib }) => runningAllDay(subject, mib)),
]);
// The memory of many pods: their seconds measure nothing.
const core: Samples = new Map([
  [
    knative.subject,
    { mib_hours: [mibHours(daySeconds, knative.mib)], cpu_hours: [(daySeconds / 3600) * knative.cpus] },
  ],
]);
printMeasurements([...measurementsOf('idle', samples, units, always), ...measurementsOf('idle', core, units)], isJson);
