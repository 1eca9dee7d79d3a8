/** Copies the same bytes three times: by the system, out of the local Longhorn's store, and as a whole restore. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { restoreToFolder } from '@soteria/local/longhorn/store/restore.ts';
import { type Local, startLocal } from '@soteria/local/start-local.ts';
import { namespaces, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { waitUntil } from '../../test/servers/wait-until.ts';
import { measureInTurn } from '../interleave.ts';
import type { Samples } from '../report.ts';

const claim = { namespace: 'bench', name: 'data' };
const fileBytes = 4 * 1024 * 1024;

async function fill(folder: string, mebibytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let file = 0; file * 4 < mebibytes; file += 1)
    await writeFile(join(folder, `${file}.bin`), randomBytes(fileBytes));
}

async function ask(local: Local, path: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${local.frontDoorUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { operation } = (await answer.json()) as { operation?: string };
  if (answer.status !== 202 || operation === undefined) throw new Error(`${path} was answered ${answer.status}`);
  return operation;
}

async function waitFor(local: Local, name: string): Promise<Operation> {
  const ref = { namespace: claim.namespace, name };
  for (;;) {
    const found = await local.cluster.client.get(operations, ref);
    if (found?.status?.phase === 'Succeeded') return found;
    if (isTerminal(found?.status?.phase)) throw new Error(`${name}: ${found?.status?.message}`);
    await pause(5);
  }
}

async function makeClaim(local: Local, mebibytes: number): Promise<Operation> {
  const { client } = local.cluster;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: claim.namespace } });
  await fill(local.claimFolder(claim.namespace, claim.name), mebibytes);
  await client.create(persistentVolumeClaims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: claim,
    spec: {
      storageClassName: 'longhorn',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  });
  await waitUntil('the claim is bound', async () => {
    const found = await client.get(persistentVolumeClaims, claim);
    return found?.status?.phase === 'Bound';
  });
  return waitFor(local, await ask(local, '/v1/backup', { namespace: claim.namespace, pvc: claim.name }));
}

/** In turn, so that a slow phase of the machine slows all three; each into a new folder. */
export async function measureBytes(mebibytes: number, runs: number): Promise<Samples> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
  const dataDir = folder.path;
  // At full speed: the bench measures the cost of the product, not the pauses that make the emulation's states visible.
  const longhornPace = { stepMs: 1, attachMs: 1, waitMs: 1, restoreBytesPerStep: 1024 ** 3 };
  const local = await startLocal({
    port: 0,
    dataDir,
    hasSample: false,
    kubeconfig: undefined,
    onActivity: () => undefined,
    longhornPace,
  });
  try {
    const { volume = '', backup = '' } = (await makeClaim(local, mebibytes)).status?.result ?? {};
    const live = local.claimFolder(claim.namespace, claim.name);
    const scratch = join(dataDir, 'scratch');
    let count = 0;
    const timed = async (work: () => Promise<unknown>): Promise<{ ms: number }> => {
      count += 1;
      const startedAt = performance.now();
      await work();
      const ms = performance.now() - startedAt;
      await rm(scratch, { recursive: true, force: true });
      return { ms };
    };
    return await measureInTurn(
      [
        { name: 'plain copy', measure: () => timed(() => cp(live, scratch, { recursive: true, dereference: true })) },
        {
          name: 'reading it from the store',
          measure: () => timed(() => restoreToFolder(local.targetFolder, volume, backup, scratch)),
        },
        {
          name: 'whole restore',
          measure: () =>
            timed(async () => {
              const request = { namespace: claim.namespace, pvc: claim.name, target_pvc: `restored-${count}` };
              await waitFor(local, await ask(local, '/v1/restores', request));
            }),
        },
      ],
      runs,
    );
  } finally {
    await local.stop();
  }
}
