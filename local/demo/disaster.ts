/**
 * The cluster is lost: everything on this machine is deleted except the folder of the backup target and one file, as Git would keep it:
 * the id of the cluster, and its policy. A new cluster is started, every byte comes back, and the policy matches the claims again.
 * Then the cluster is lost again, with the file: the next cluster has another id and adopts the points.
 */
import { readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { namespaces, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { sampleClaims, sampleNamespace } from '../sample.ts';
import type { Local } from '../start-local.ts';
import { createDemoCaller, type DemoCaller } from './caller.ts';
import { differences, digestFolder } from './compare-trees.ts';
import { follow } from './restore-claim.ts';
import { createSteps, type DemoResult, type OnStep } from './steps.ts';
import { waitFor } from './wait-for.ts';
import type { OperationView } from './wait-for-operation.ts';

/** The cluster id in the demo's file of settings. */
export const keptClusterId = 'demo-cluster';

const keptPolicy = 'hourly';

export const keptSettings = `# All that is kept of the cluster beside its backup target, as it would be in Git.
apiVersion: v1
kind: ConfigMap
metadata: {name: soteria-config, namespace: soteria}
data: {SOTERIA_CLUSTER_ID: ${keptClusterId}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: policies, namespace: soteria, labels: {soteria.dev/policies: 'true'}}
data:
  hourly.yaml: |
    id: ${keptPolicy}
    claims: [${sampleNamespace}/*]
    schedule: 0 * * * *
`;

export interface DisasterOptions {
  /** Starts the product over the folder; the product that ran before must have been stopped. */
  readonly start: (options: { readonly hasSample: boolean; readonly hasSettings: boolean }) => Promise<Local>;
  readonly stop: () => Promise<void>;
  readonly dataDir: string;
  readonly timeoutMs: number;
  readonly onStep: OnStep;
}

type Trees = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function treesOf(local: Local): Promise<Trees> {
  const trees = new Map<string, ReadonlyMap<string, string>>();
  for (const claim of sampleClaims) trees.set(claim, await digestFolder(local.claimFolder(sampleNamespace, claim)));
  return trees;
}

/** Deletes everything below `folder` except `kept` and the folders that lead there. */
async function deleteAllBut(folder: string, kept: string): Promise<void> {
  const [next = ''] = relative(folder, kept).split(sep);
  if (next === '' || next === '..') throw new Error(`${kept} does not lie below ${folder}`);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name !== next) await rm(path, { recursive: true, force: true });
    else if (path !== kept) await deleteAllBut(path, kept);
  }
}

/** A new cluster over the old target: it has no claims and another kube-system, and lists the points as soon as Longhorn has read them. */
async function rebuild({ start, stop, dataDir, timeoutMs }: DisasterOptions, target: string, hasSettings: boolean) {
  await stop();
  await deleteAllBut(dataDir, target);
  const local = await start({ hasSample: false, hasSettings });
  const { client } = local.cluster;
  const { items } = await client.list(persistentVolumeClaims);
  if (items.length > 0)
    throw new Error(`the new cluster has claims: ${items.map((one) => one.metadata.name).join(', ')}`);
  await makeNamespace(local);
  const caller = createDemoCaller(local);
  return waitFor(timeoutMs, async (missing) => {
    const points = (await caller.call('GET /v1/backups', { query: { namespace: sampleNamespace } })).items;
    const read = new Set(points.filter(({ restorable }) => restorable).map(({ pvc }) => pvc));
    if (!sampleClaims.every((claim) => read.has(claim))) return missing(`Longhorn lists ${points.length} points`);
    return { local, caller, points };
  });
}

async function makeNamespace({ cluster }: Local): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: sampleNamespace } };
  await cluster.client.create(namespaces, namespace).catch((error: unknown) => {
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  });
}

async function followToSuccess(caller: DemoCaller, name: string | null, timeoutMs: number): Promise<OperationView> {
  const operation = await follow({ caller, namespace: sampleNamespace, timeoutMs }, name ?? '');
  if (operation.phase !== 'Succeeded') throw new Error(`${operation.name} is ${operation.phase}: ${operation.message}`);
  return operation;
}

async function restoreAll(local: Local, original: Trees, timeoutMs: number) {
  const caller = createDemoCaller(local);
  const body = { namespace: sampleNamespace, target_namespace: sampleNamespace };
  const asked = await caller.call('POST /v1/restores/namespace', { body });
  const operation = await followToSuccess(caller, asked.operation, timeoutMs);
  const restored = await treesOf(local);
  for (const [claim, tree] of original) {
    const unequal = differences(tree, restored.get(claim) ?? new Map());
    if (unequal.length > 0) throw new Error(`${claim} is not what it was: ${unequal.join(', ')}`);
  }
  const files = [...original.values()].reduce((sum, tree) => sum + tree.size, 0);
  return { operation, detail: `${original.size} claims, ${files} files, every SHA-256 equal` };
}

async function adopt(caller: DemoCaller): Promise<string> {
  const body = { cluster_id: keptClusterId };
  const plan = await caller.call('POST /v1/backups/adopt', { body: { ...body, dry_run: true } });
  const { points, claims, this_cluster: id } = await caller.call('POST /v1/backups/adopt', { body });
  if (plan.points !== points) throw new Error('the dry run counted other points');
  return `cluster ${id.slice(0, 8)}… adopted ${points} points of ${claims} claims of ${keptClusterId}`;
}

/** The sweep reads the file that Git keeps. A restored claim has its points, so no backup of it is due. */
async function findPolicyAgain(caller: DemoCaller, timeoutMs: number): Promise<string> {
  await caller.sweep();
  const taken = await waitFor(timeoutMs, async (missing) => {
    const { items } = await caller.call('GET /v1/coverage', { query: { namespace: sampleNamespace } });
    const matched = items.filter(({ policy }) => policy === keptPolicy);
    if (sampleClaims.every((claim) => matched.some(({ pvc }) => pvc === claim))) return matched;
    return missing(`the policy ${keptPolicy} matches ${matched.length} claims`);
  });
  const { items: policies } = await caller.call('GET /v1/policies', {});
  const [kept] = policies;
  if (policies.length !== 1 || kept?.editable !== false) throw new Error('the policy does not come from Git alone');
  const states = taken.map(({ pvc, code, why }) => `${pvc}: ${code} (${why})`).join('; ');
  return `${keptPolicy} is back from ${kept.source.object} and takes ${taken.length} claims; ${states}`;
}

export async function runDisaster(options: DisasterOptions): Promise<DemoResult> {
  const { timeoutMs } = options;
  const steps = createSteps(options.onStep);
  const first = await options.start({ hasSample: true, hasSettings: true });
  const { targetFolder } = first;
  let original: Trees = new Map();
  let rebuilt: Local | undefined;
  await steps.take('backup.whole_namespace', async () => {
    original = await treesOf(first);
    const caller = createDemoCaller(first);
    const asked = await caller.call('POST /v1/backup/namespace', { body: { namespace: sampleNamespace } });
    const operation = await followToSuccess(caller, asked.operation, timeoutMs);
    return { operation, detail: operation.message };
  });
  await steps.take('restore.cluster_gone', async () => {
    if (original.size === 0) throw new Error('nothing was backed up');
    const { local, points } = await rebuild(options, targetFolder, true);
    rebuilt = local;
    if (points.some(({ origin }) => origin !== 'own')) throw new Error('the cluster does not know its own points');
    const { operation, detail } = await restoreAll(local, original, timeoutMs);
    return { operation, detail: `all but the target and the file of settings deleted; ${detail}` };
  });
  await steps.take('policy.back_from_git', async () => {
    if (rebuilt === undefined) throw new Error('the cluster was not rebuilt');
    return { detail: await findPolicyAgain(createDemoCaller(rebuilt), timeoutMs) };
  });
  await steps.take('restore.adopted', async () => {
    if (original.size === 0) throw new Error('nothing was backed up');
    const { local, caller, points } = await rebuild(options, targetFolder, false);
    if (points.some(({ origin }) => origin === 'own'))
      throw new Error('the cluster takes another’s points for its own');
    const how = await adopt(caller);
    const { operation, detail } = await restoreAll(local, original, timeoutMs);
    return { operation, detail: `the file of settings deleted too; ${how}; ${detail}` };
  });
  return steps.result();
}
