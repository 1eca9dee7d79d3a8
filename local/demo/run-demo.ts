/**
 * The main job, step by step: a claim is backed up through the broker, its files change, the second backup uploads only
 * what changed, and the bytes on the target are those of the claim. Then the claim is damaged, and the first point comes back as a
 * new claim. A restore test proves that point; once its stored blocks are damaged on purpose, another restore test refutes it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Local } from '../start-local.ts';
import { sampleNamespace } from '../sample.ts';
import { restoreToFolder } from '../longhorn/store/restore.ts';
import { createDemoCaller } from './caller.ts';
import { differences, digestFolder } from './compare-trees.ts';
import { measureUsage } from './measure-usage.ts';
import { createSteps, type DemoResult, type OnStep } from './steps.ts';
import { refuseToOverwrite, type RestoreDemo, restoreIntoNewClaim } from './restore-claim.ts';
import { provePoint, refutePoint, type RestoreTestDemo } from './test-restore.ts';
import { listOperations, type OperationView, waitForNewOperation } from './wait-for-operation.ts';

export interface DemoOptions {
  readonly local: Local;
  readonly claim: string;
  /** How long to wait for the end of each Operation. */
  readonly timeoutMs: number;
  readonly onStep: OnStep;
}

async function backUp({ local, claim, timeoutMs }: DemoOptions): Promise<OperationView> {
  const caller = createDemoCaller(local);
  const known = new Set((await listOperations(caller, sampleNamespace)).map(({ name }) => name));
  await caller.requestBackup(sampleNamespace, claim);
  const operation = await waitForNewOperation(caller, sampleNamespace, known, timeoutMs);
  if (operation.phase !== 'Succeeded')
    throw new Error(`${operation.name} ended as ${operation.phase}: ${operation.message}`);
  return operation;
}

const bytesOf = (text: string | undefined): bigint => BigInt(text ?? '0');

async function compareWithTarget({ local, claim }: DemoOptions, operation: OperationView): Promise<string> {
  const { volume, backup } = operation.result ?? {};
  if (volume === undefined || backup === undefined) throw new Error(`${operation.name} does not say what it made`);
  const scratch = await mkdtemp(join(tmpdir(), 'soteria-demo-'));
  try {
    await restoreToFolder(local.targetFolder, volume, backup, join(scratch, 'restored'));
    const [restored, live] = await Promise.all([
      digestFolder(join(scratch, 'restored')),
      digestFolder(local.claimFolder(sampleNamespace, claim)),
    ]);
    const unequal = differences(restored, live);
    if (unequal.length > 0) throw new Error(`not the same bytes: ${unequal.join(', ')}`);
    return `${live.size} files rebuilt from the target alone have the SHA-256 of the claim's`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const steps = createSteps(options.onStep);

  let first: OperationView | undefined;
  let second: OperationView | undefined;
  let original: ReadonlyMap<string, string> = new Map();
  await steps.take('backup.first', async () => {
    first = await backUp(options);
    original = await digestFolder(options.local.claimFolder(sampleNamespace, options.claim));
    return { detail: `${first.result?.backup}: ${first.result?.uploadedBytes} bytes uploaded`, operation: first };
  });
  await steps.take('backup.incremental', async () => {
    const folder = options.local.claimFolder(sampleNamespace, options.claim);
    await writeFile(join(folder, 'changed.txt'), `written ${new Date().toISOString()}\n`);
    second = await backUp(options);
    const [before, after] = [bytesOf(first?.result?.uploadedBytes), bytesOf(second.result?.uploadedBytes)];
    if (after >= before)
      throw new Error(`the second backup uploaded ${after} bytes, the first ${before}: not incremental`);
    return { detail: `${second.result?.backup}: ${after} bytes uploaded, the first took ${before}`, operation: second };
  });
  await steps.take('backup.bytes_equal', async () => {
    if (second === undefined) throw new Error('there is no second backup to compare');
    return { detail: await compareWithTarget(options, second) };
  });
  await steps.take('usage.measured', async () => {
    const { local, claim, timeoutMs } = options;
    const measured = { namespace: sampleNamespace, pvc: claim };
    return { detail: await measureUsage(createDemoCaller(local), measured, local.targetFolder, timeoutMs) };
  });
  const restore = (): RestoreDemo => ({
    caller: createDemoCaller(options.local),
    namespace: sampleNamespace,
    claim: options.claim,
    backup: first?.result?.backup ?? '',
    original,
    timeoutMs: options.timeoutMs,
    claimFolder: (claim) => options.local.claimFolder(sampleNamespace, claim),
  });
  await steps.take('restore.bytes_equal', () => restoreIntoNewClaim(restore()));
  await steps.take('restore.refuses_overwrite', async () => ({ detail: await refuseToOverwrite(restore()) }));
  const restoreTest = (): RestoreTestDemo => ({
    caller: createDemoCaller(options.local),
    client: options.local.cluster.client,
    namespace: sampleNamespace,
    claim: options.claim,
    backup: first?.result?.backup ?? '',
    files: original.size,
    targetFolder: options.local.targetFolder,
    timeoutMs: options.timeoutMs,
  });
  await steps.take('restore_test.verified', () => provePoint(restoreTest()));
  await steps.take('restore_test.refuted', () => refutePoint(restoreTest()));
  return steps.result();
}
