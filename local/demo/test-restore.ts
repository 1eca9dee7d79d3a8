/** A restore test proves a restore point; once its stored blocks are damaged, another test refutes it. Neither test leaves an object. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import * as z from 'zod';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { type FollowedCaller, follow } from './restore-claim.ts';
import { waitFor } from './wait-for.ts';
import type { OperationView } from './wait-for-operation.ts';

export interface RestoreTestDemo extends FollowedCaller {
  readonly client: KubernetesClient;
  readonly claim: string;
  /** Name of the backup that is tested. */
  readonly backup: string;
  /** How many files the backup holds. */
  readonly files: number;
  readonly targetFolder: string;
}

const proved = z.looseObject({
  restoreMs: z.int(),
  proof: z.looseObject({
    outcome: z.string(),
    strength: z.string(),
    files: z.int(),
    sampled: z.int(),
    verifyMs: z.int(),
    totalMs: z.int(),
  }),
});
const refuted = z.looseObject({ proof: z.looseObject({ outcome: z.literal('refuted') }) });
async function test(demo: RestoreTestDemo): Promise<OperationView> {
  const { caller, namespace, claim, backup, files } = demo;
  const verify = { files: { min: files, sample_checksums: 100 } };
  const body = { namespace, pvc: claim, snapshot: backup, verify };
  const answer = await caller.call('POST /v1/restore-test', { body });
  const operation = await follow(demo, answer.operation ?? '');
  await waitUntilNothingIsLeft(demo);
  return operation;
}

/** The verdict comes first; then the objects of the test are deleted. */
async function waitUntilNothingIsLeft({ client, timeoutMs }: RestoreTestDemo): Promise<void> {
  await waitFor(timeoutMs, async (missing) => {
    const { items } = await client.list(persistentVolumeClaims, { namespace: proofNamespace });
    const names = items.map(({ metadata }) => metadata.name).join(', ');
    return names === '' || missing(`claims are left in ${proofNamespace}: ${names}`);
  });
}

/** The verification as the list of restore points shows it. */
async function pointOf({ caller, namespace, claim, backup }: RestoreTestDemo) {
  const { items } = await caller.call('GET /v1/backups', { query: { namespace, pvc: claim } });
  const point = items.find(({ id }) => id.endsWith(`/${backup}`));
  if (point === undefined) throw new Error(`${backup} is not listed`);
  return point;
}

export async function provePoint(demo: RestoreTestDemo): Promise<{ detail: string; operation: OperationView }> {
  const operation = await test(demo);
  if (operation.phase !== 'Succeeded') throw new Error(`${operation.name} is ${operation.phase}: ${operation.message}`);
  const { proof, restoreMs } = proved.parse(operation.result);
  // The sample keeps a record of its own files, so the test proves the bytes themselves.
  if (proof.strength !== 'checksums') throw new Error(`it is proved no further than ${proof.strength}`);
  if ((await pointOf(demo)).verified_at === null)
    throw new Error('the list of restore points does not say that it is proved');
  const detail =
    `${proof.files} files, the checksums of ${proof.sampled} as recorded, by a Job that mounts the restored claim; ` +
    `RTO ${proof.totalMs} ms: restored in ${restoreMs} ms, looked at in ${proof.verifyMs} ms`;
  return { detail, operation };
}

/** Must be the last step of a demo: it damages the target. */
export async function refutePoint(demo: RestoreTestDemo): Promise<{ detail: string; operation: OperationView }> {
  const damaged = await damageBlocks(demo.targetFolder);
  const operation = await test(demo);
  if (operation.phase !== 'Failed')
    throw new Error(`${operation.name} is ${operation.phase} although ${damaged} blocks are damaged`);
  refuted.parse(operation.result);
  const { verified_at: verifiedAt, refuted_at: refutedAt } = await pointOf(demo);
  if (verifiedAt !== null || refutedAt === null)
    throw new Error('the list of restore points does not say that it is refuted');
  return { detail: `${damaged} blocks damaged on purpose: ${operation.message}`, operation };
}

async function damageBlocks(targetFolder: string): Promise<number> {
  const files = await readdir(join(targetFolder, 'backupstore'), { recursive: true, withFileTypes: true });
  const blocks = files.filter((one) => one.isFile() && one.name.endsWith('.blk'));
  if (blocks.length === 0) throw new Error('the target holds no blocks');
  for (const { parentPath, name } of blocks) await writeFile(join(parentPath, name), 'damaged on purpose');
  return blocks.length;
}
