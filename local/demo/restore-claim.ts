/** An earlier point comes back as a new claim, byte for byte, and nothing that exists is overwritten. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoCaller } from './caller.ts';
import { differences, digestFolder } from './compare-trees.ts';
import { hasEnded, type OperationView } from './wait-for-operation.ts';
import { waitFor } from './wait-for.ts';

/** How to follow the Operation of a restore. */
export interface FollowedCaller {
  readonly caller: DemoCaller;
  readonly namespace: string;
  readonly timeoutMs: number;
}

export interface RestoreDemo extends FollowedCaller {
  readonly claim: string;
  /** Name of the backup that is restored. */
  readonly backup: string;
  /** Path → SHA-256 of the claim's files at the time of the backup. */
  readonly original: ReadonlyMap<string, string>;
  claimFolder(claim: string): string;
}

export const restoredClaimOf = (claim: string): string => `${claim}-restored`;

function bodyOf({ namespace, claim, backup }: RestoreDemo) {
  return { namespace, pvc: claim, snapshot: backup, target_pvc: restoredClaimOf(claim) };
}

/** Damages the claim as an accident would: one file is gone, another has other content. */
async function damage(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const [first, second] = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (first === undefined || second === undefined) throw new Error('the claim has no two files to damage');
  await rm(join(folder, first));
  await writeFile(join(folder, second), 'damaged\n');
  return `${first} deleted, ${second} overwritten`;
}

export async function follow({ caller, namespace, timeoutMs }: FollowedCaller, name: string): Promise<OperationView> {
  return waitFor(timeoutMs, async (missing) => {
    const operation = await caller.call('GET /v1/operations/{name}', { path: { name }, query: { namespace } });
    return hasEnded(operation) ? operation : missing(`${name} is ${operation.phase}: ${operation.message}`);
  });
}

export async function restoreIntoNewClaim(demo: RestoreDemo): Promise<{ detail: string; operation: OperationView }> {
  const live = demo.claimFolder(demo.claim);
  const how = await damage(live);
  if (differences(await digestFolder(live), demo.original).length === 0) throw new Error('the damage changed nothing');
  const answer = await demo.caller.call('POST /v1/restores', { body: bodyOf(demo) });
  const operation = await follow(demo, answer.operation ?? '');
  if (operation.phase !== 'Succeeded') throw new Error(`${operation.name} is ${operation.phase}: ${operation.message}`);
  const restored = await digestFolder(demo.claimFolder(restoredClaimOf(demo.claim)));
  const unequal = differences(restored, demo.original);
  if (unequal.length > 0) throw new Error(`not the same bytes: ${unequal.join(', ')}`);
  const detail = `${how}; ${restored.size} files of ${demo.backup} are in claim ${restoredClaimOf(demo.claim)}, every SHA-256 equal`;
  return { detail, operation };
}

/** The same request again: the name is taken, so it is refused before anything is made. */
export async function refuseToOverwrite(demo: RestoreDemo): Promise<string> {
  const folder = demo.claimFolder(restoredClaimOf(demo.claim));
  await writeFile(join(folder, 'written-since.txt'), 'work of today\n');
  const before = await digestFolder(folder);
  const answer = await demo.caller.ask('POST /v1/restores', { body: bodyOf(demo) });
  const code = answer.isOk ? 'without a refusal' : answer.problem.code;
  if (answer.status !== 409 || code !== 'target_exists')
    throw new Error(`answered ${answer.status} ${code} instead of 409`);
  if (differences(before, await digestFolder(folder)).length > 0) throw new Error('the existing claim was changed');
  return `409 ${code}; the claim holds what was written since`;
}
