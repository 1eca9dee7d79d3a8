/**
 * `npm run bench:mesh [-- --json] [--runs N]`: the time from the event that requests a backup to the Operation and to Longhorn's Backup object, through Knative's
 * own data plane and through `local/mesh`, both on a real API server; and the memory of the whole real mesh. Needs root and what `npm run servers` builds.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { ResourceType, KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { type LocalBed, startLocalBed } from '../test/e2e/local-bed.ts';
import { backupRequested, contentModes, post } from '../test/e2e/send-event.ts';
import { startCluster } from '../test/knative/mesh-bed.ts';
import type { RealMesh } from '../test/knative/real-mesh.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, printMeasurements } from './report.ts';
import { quantile } from './summarise.ts';

const { isJson, runs } = readBenchOptions(process.argv.slice(2), 100);
/** The first runs find nothing warm. */
const warmUps = 5;
/** Each run needs its own claim: a second request for a claim within a minute reuses the existing backup. */
const claims = Array.from({ length: warmUps + runs }, (_, run) => ({ namespace: 'bench', name: `data-${run}` }));

const backups = untyped({
  group: 'longhorn.io',
  version: 'v1beta2',
  kind: 'Backup',
  plural: 'backups',
  isNamespaced: true,
});

/** When each object was created, by name. */
function followAdditions<T extends KubernetesObject>(
  bed: LocalBed,
  type: ResourceType<T>,
  namespace: string,
  signal: AbortSignal,
): readonly number[] {
  const seen = new Set<string>();
  const at: number[] = [];
  void (async () => {
    for await (const event of bed.local.cluster.client.watch(type, { namespace }, { signal })) {
      if (event.type !== 'added' || seen.has(event.object.metadata.name)) continue;
      seen.add(event.object.metadata.name);
      at.push(performance.now());
    }
  })().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return at;
}

async function measureLatency(bed: LocalBed): Promise<Record<string, number[]>> {
  await bed.makeClaims(claims);
  const stopping = new AbortController();
  const recorded = followAdditions(bed, operations, 'bench', stopping.signal);
  const made = followAdditions(bed, backups, 'longhorn-system', stopping.signal);
  const toOperation: number[] = [];
  const toBackup: number[] = [];
  await pause(1_000);
  for (const [run, { namespace, name: pvc }] of claims.entries()) {
    const data = { namespace, pvc };
    const counts = { recorded: recorded.length, made: made.length };
    const startedAt = performance.now();
    const event = { type: backupRequested, id: `bench-${run}`, time: new Date(), data };
    const status = await post(bed.local.brokerUrl, contentModes.binary(event));
    if (status !== 202) throw new Error(`the Broker answered ${status}`);
    for (;;) {
      const all = await bed.listOperations(namespace);
      if (all.length > run && all.every((one) => one.status?.settled === true)) break;
      await pause(100);
    }
    const [operationAt, backupAt] = [recorded[counts.recorded], made[counts.made]];
    if (operationAt === undefined || backupAt === undefined) throw new Error(`run ${run} made nothing`);
    if (run < warmUps) continue;
    toOperation.push(operationAt - startedAt);
    toBackup.push(backupAt - startedAt);
  }
  stopping.abort();
  return {
    event_to_operation_ms: toOperation,
    event_to_operation_p99_ms: [quantile(toOperation, 0.99)],
    event_to_backup_ms: toBackup,
    event_to_backup_p99_ms: [quantile(toBackup, 0.99)],
  };
}

/** The memory of a process alone, plus its share of the memory that it has in common with others. */
function memoryOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}

async function measureMemory(mesh: RealMesh): Promise<[string, Record<string, number[]>][]> {
  const parts = mesh.pids().map(([name, pid]) => [name, memoryOf(pid)] as const);
  const queuePids = await Promise.all([...mesh.pods.values()].map((pod) => pod.queuePid()));
  const queues = queuePids.filter((pid) => pid !== undefined).map(memoryOf);
  const whole = [...parts.map(([, mib]) => mib), ...queues].reduce((sum, mib) => sum + mib, 0);
  return [
    ...parts.map(([name, mib]): [string, Record<string, number[]>] => [name, { memory_mib: [mib] }]),
    ['queue-proxy', { memory_mib: queues }],
    ['the whole real mesh', { memory_mib: [whole] }],
  ];
}

const samples = new Map<string, Record<string, number[]>>();
for (const subject of ['local/mesh', 'Knative'] as const) {
  const cluster = await startCluster();
  let bed: LocalBed | undefined;
  let mesh: RealMesh | undefined;
  try {
    bed = await startLocalBed({
      kubeconfig: cluster.server.kubeconfigPath,
      // No function goes to sleep during the bench.
      sleepPace: 0.1,
      ...(subject === 'Knative' ? { startMesh: async (options) => (mesh = await cluster.startMesh(options)) } : {}),
    });
    samples.set(subject, await measureLatency(bed));
    if (mesh !== undefined) for (const [name, metrics] of await measureMemory(mesh)) samples.set(name, metrics);
  } finally {
    await bed?.stop();
    await cluster.stop();
  }
}
const units = {
  event_to_operation_ms: 'ms',
  event_to_operation_p99_ms: 'ms',
  event_to_backup_ms: 'ms',
  event_to_backup_p99_ms: 'ms',
  memory_mib: 'MiB',
};
printMeasurements(measurementsOf('mesh', samples, units), isJson);
