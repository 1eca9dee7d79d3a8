/**
 * `npm run bench:idle [-- --json]`: pod-seconds and MiB-hours of a simulated day with 1, 10 and 100 policies, beside one process that is
 * always there, and beside what others ask for by their published manifests. Computed, not measured: only the memory is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argsOf, bundleAsShipped } from './as-shipped.ts';
import { startBenchCluster } from './cluster.ts';
import { firstEventOf, recordOperation } from './cold-start/first-event.ts';
import { measureColdStart } from './cold-start/measure-cold-start.ts';
import { podSecondsOf } from './idle/pod-seconds.ts';
import { wakeupsOf } from './idle/simulated-day.ts';
import { readBenchOptions } from './options.ts';
import { type Measurement, printMeasurements } from './report.ts';

/** The window of the shipped Services; grace and drain are Knative's defaults. */
const rules = { windowSeconds: 20, graceSeconds: 30, drainSeconds: 30 };
const day = { backupSeconds: 240, progressEverySeconds: 10 };
const hoursOfDay = 24;

/** Memory requests of the manifests their projects publish, MiB; running all day. */
const alwaysOn = [
  { subject: 'K8up operator', mib: 128 },
  { subject: 'VolSync manager', mib: 64 },
  { subject: 'Velero server, without its node agents', mib: 128 },
  // Not a rival: what Knative itself takes, to be counted by who has it for Soteria alone.
  { subject: 'Knative Serving and Eventing core', mib: 938 },
] as const;

const { isJson } = readBenchOptions(process.argv.slice(2), 1);

async function measureMemory(names: readonly string[]): Promise<Map<string, number>> {
  const outDir = await mkdtemp(join(tmpdir(), 'soteria-bench-'));
  const cluster = await startBenchCluster();
  try {
    await recordOperation(cluster.server.adminClient);
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
    await rm(outDir, { recursive: true, force: true });
  }
}

function exactly(subject: string, metric: string, unit: string, value: number): Measurement {
  const rounded = Number(value.toPrecision(4));
  return { bench: 'idle', subject, metric, unit, median: rounded, min: rounded, max: rounded };
}

const memory = await measureMemory(['backup', 'policy-tick']);
const ours = [1, 10, 100].flatMap((policies) => {
  const lives = Object.entries(wakeupsOf({ policies, ...day })).map(([name, wakeups]) => {
    const podSeconds = podSecondsOf(wakeups, rules);
    return { podSeconds, mibHours: (podSeconds / 3600) * (memory.get(name) ?? Number.NaN) };
  });
  const sum = (pick: (life: (typeof lives)[number]) => number): number =>
    lives.reduce((total, life) => total + pick(life), 0);
  const subject = `Soteria, ${policies} ${policies === 1 ? 'policy' : 'policies'}`;
  return [
    exactly(
      subject,
      'pod_seconds',
      's',
      sum(({ podSeconds }) => podSeconds),
    ),
    exactly(
      subject,
      'mib_hours',
      'MiB·h',
      sum(({ mibHours }) => mibHours),
    ),
  ];
});
const sameAlwaysOn = exactly(
  'one process of backup, always on',
  'mib_hours',
  'MiB·h',
  hoursOfDay * (memory.get('backup') ?? Number.NaN),
);
const others = alwaysOn.map(({ subject, mib }) => exactly(subject, 'mib_hours', 'MiB·h', hoursOfDay * mib));
printMeasurements([...ours, sameAlwaysOn, ...others], isJson);
