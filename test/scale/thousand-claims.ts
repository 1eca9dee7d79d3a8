/**
 * `npm run scale -- [--claims 1000]`: so many claims of a namespace are asked to be backed up at once, on a real API server with the
 * rights of the manifests. Prints what it took; exits 0 when every one has a restorable backup of its own.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { operationName } from '@soteria/shared/operation/names.ts';
import { group, type Operation, operations, version } from '@soteria/shared/operation/schema.ts';
import { startLocalBed, type LocalBed } from '../e2e/local-bed.ts';
import { startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { countRequests } from './count-requests.ts';
import { watchMemory } from './watch-memory.ts';

const { values } = parseArgs({ options: { claims: { type: 'string' }, 'deadline-minutes': { type: 'string' } } });
const count = Number(values.claims ?? '1000');
const deadlineMs = Number(values['deadline-minutes'] ?? '60') * 60_000;
const namespace = 'scale';
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

async function askForAll(bed: LocalBed, names: readonly string[]): Promise<void> {
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

async function waitForAll(bed: LocalBed): Promise<readonly Operation[]> {
  const endAt = performance.now() + deadlineMs;
  for (;;) {
    const all = await Array.fromAsync(listAll(bed.local.cluster.client, operations, { namespace }));
    const settled = all.filter(({ status }) => status?.settled === true).length;
    if (settled >= count || performance.now() > endAt) return all;
    console.log(`  ${settled} of ${count} have ended`);
    await pause(10_000);
  }
}

async function main(): Promise<number> {
  const server = await startApiServer({ isAuditKept: true });
  await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
  const bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
  const memory = watchMemory(bed.dataDir);
  try {
    const names = Array.from({ length: count }, (_unused, index) => `claim-${String(index).padStart(4, '0')}`);
    const startedAt = performance.now();
    await bed.makeClaims(names.map((name) => ({ namespace, name })));
    console.log(`${count} claims are bound after ${seconds(startedAt)} s`);
    const before = countRequests(readFileSync(server.auditLogPath, 'utf8'));
    const askedAt = performance.now();
    await askForAll(bed, names);
    console.log(`${count} operations are recorded after ${seconds(askedAt)} s`);
    const ended = await waitForAll(bed);
    const took = seconds(askedAt);
    const after = countRequests(readFileSync(server.auditLogPath, 'utf8'));
    const backups = await createLonghorn(bed.local.cluster.client, { namespace: 'longhorn-system' }).backups.list({});
    const restorable = backups.filter((backup) => whyNotRestorable(backup) === undefined);
    const succeeded = ended.filter(({ status }) => status?.phase === 'Succeeded');
    const distinct = new Set(succeeded.map(({ status }) => status?.result?.backup));
    console.log(
      `${succeeded.length} succeeded, ${restorable.length} restorable backups, ${took} s from the first request`,
    );
    for (const [user, requests] of after) {
      const own = requests - (before.get(user) ?? 0);
      if (own > 0) console.log(`  ${own} requests by ${user}, ${(own / count).toFixed(1)} a claim`);
    }
    for (const [name, bytes] of memory.peaks()) console.log(`  ${name}: at most ${Math.round(bytes / 1_048_576)} MiB`);
    return succeeded.length === count && distinct.size === count && restorable.length === count ? 0 : 1;
  } finally {
    memory.stop();
    await bed.stop();
    await server.stop();
  }
}

process.exitCode = await main();
