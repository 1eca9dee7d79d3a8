/**
 * `npm run scale -- [--claims 1000] [--as operations|namespace] [--deadline-minutes 60]`: backs up this many claims of one namespace
 * on a real API server with the rights of the manifests, requested at once by `kubectl create` (an Operation for each), or by one
 * request for the whole namespace. Prints times and requests; exits 0 when every claim has its own restorable backup.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDemoCaller } from '@soteria/local/demo/caller.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { operationName } from '@soteria/shared/operation/record/names.ts';
import { group, type Operation, operations, version } from '@soteria/shared/operation/record/schema.ts';
import { startLocalBed, type LocalBed } from '../e2e/local-bed.ts';
import { startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { countRequests, type RequestCounts } from './count-requests.ts';
import { watchMemory } from './watch-memory.ts';

const { values } = parseArgs({
  options: { claims: { type: 'string' }, as: { type: 'string' }, 'deadline-minutes': { type: 'string' } },
});
const count = Number(values.claims ?? '1000');
const isWhole = values.as === 'namespace';
const deadlineMs = Number(values['deadline-minutes'] ?? '60') * 60_000;
const namespace = 'scale';
const soteria = 'system:serviceaccount:soteria:';
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

/**
 * This cluster is one node, whose limit is not measured; a function gets as much heap as V8 takes in a container with
 * the memory limit of the manifests: half of it for the old generation, and the smallest young generation. Functions start with the first request.
 */
async function configure(bed: LocalBed): Promise<void> {
  const data = { SOTERIA_MAX_PARALLEL_PER_NODE: '10', NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=1' };
  await bed.local.cluster.client.patch(configMaps, { namespace: 'soteria', name: 'soteria-config' }, { data });
}

async function askForEach(bed: LocalBed, names: readonly string[]): Promise<void> {
  const at = new Date();
  for (let from = 0; from < names.length; from += 20) {
    await Promise.all(
      names.slice(from, from + 20).map((pvc) =>
        bed.local.cluster.client.create(operations, {
          apiVersion: `${group}/${version}`,
          kind: 'Operation',
          metadata: { namespace, name: operationName('backup', pvc, at) },
          spec: { kind: 'Backup', request: { pvc } },
        }),
      ),
    );
  }
}

async function askForAll(bed: LocalBed): Promise<void> {
  await createDemoCaller(bed.local).call('POST /v1/backup/namespace', { body: { namespace } });
}

const isBackup = ({ spec }: Operation): boolean => spec.kind === 'Backup';
const isSettled = ({ status }: Operation): boolean => status?.settled === true;

async function waitForAll(bed: LocalBed, sinceMs: number): Promise<readonly Operation[]> {
  const endAt = performance.now() + deadlineMs;
  for (;;) {
    const all = await bed.listOperations(namespace);
    const settled = all.filter(isSettled).length;
    if ((settled === all.length && settled >= count) || performance.now() > endAt) return all.filter(isBackup);
    const running = all.filter((one) => isBackup(one) && one.status?.phase === 'Running').length;
    console.log(
      `  ${seconds(sinceMs)} s: ${settled} have ended, ${running} run, ${all.length - settled - running} wait`,
    );
    await pause(10_000);
  }
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;

function secondsEach(all: readonly Operation[]): string {
  const taken = all.flatMap(({ status }) =>
    status?.startedAt === undefined || status.finishedAt === undefined
      ? []
      : [(Date.parse(status.finishedAt) - Date.parse(status.startedAt)) / 1000],
  );
  return median(taken.toSorted((a, b) => a - b)).toFixed(1);
}

const sum = (counts: ReadonlyMap<string, number> | undefined): number =>
  [...(counts?.values() ?? [])].reduce((total, one) => total + one, 0);

function printRequests(before: RequestCounts, after: RequestCounts): void {
  const perClaim = (requests: number) => `${(requests / count).toFixed(1)} a claim`;
  for (const [user, counts] of after) {
    const own = sum(counts) - sum(before.get(user));
    if (own > 0) console.log(`  ${own} requests by ${user}, ${perClaim(own)}`);
    if (!user.startsWith(soteria) || own < count) continue;
    const byKind = [...counts].map(([kind, all]) => [kind, all - (before.get(user)?.get(kind) ?? 0)] as const);
    for (const [kind, some] of byKind.toSorted(([, a], [, b]) => b - a)) console.log(`    ${kind}: ${perClaim(some)}`);
  }
}

async function main(): Promise<number> {
  const server = await startApiServer({ isAuditKept: true });
  await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
  const bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
  const memory = watchMemory(bed.dataDir);
  const readCounts = () => countRequests(readFileSync(server.auditLogPath, 'utf8'));
  try {
    const names = Array.from({ length: count }, (_unused, index) => `claim-${String(index).padStart(4, '0')}`);
    const startedAt = performance.now();
    await configure(bed);
    await bed.makeClaims(names.map((name) => ({ namespace, name })));
    console.log(`${count} claims are bound after ${seconds(startedAt)} s`);
    const before = readCounts();
    const askedAt = performance.now();
    await (isWhole ? askForAll(bed) : askForEach(bed, names));
    console.log(`accepted after ${seconds(askedAt)} s`);
    const ended = await waitForAll(bed, askedAt);
    const took = seconds(askedAt);
    const after = readCounts();
    const backups = await createLonghorn(bed.local.cluster.client, { namespace: 'longhorn-system' }).backups.list({});
    const restorable = backups.filter((backup) => whyNotRestorable(backup) === undefined);
    const succeeded = ended.filter(({ status }) => status?.phase === 'Succeeded');
    const distinct = new Set(succeeded.map(({ status }) => status?.result?.backup));
    console.log(
      `${succeeded.length} succeeded, ${restorable.length} restorable backups, ${took} s from the first request, ${secondsEach(ended)} s each (median)`,
    );
    printRequests(before, after);
    for (const [name, bytes] of memory.peaks()) console.log(`  ${name}: at most ${Math.round(bytes / 1_048_576)} MiB`);
    return succeeded.length === count && distinct.size === count && restorable.length === count ? 0 : 1;
  } finally {
    memory.stop();
    await bed.stop();
    await server.stop();
  }
}

process.exitCode = await main();
