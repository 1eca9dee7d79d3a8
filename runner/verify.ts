/** One verification, from the mounted folder to the verdict. */
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { ownRecord } from '@soteria/shared/verification/own-record.ts';
import type { Verdict } from '@soteria/shared/verification/verdict.ts';
import { type ChecksumFacts, compareWithManifest, readSample } from './check-checksums.ts';
import { checkSqlite, type SqliteFacts } from './check-sqlite.ts';
import { type Facts, type UsedManifest, decideVerdict } from './decide-verdict.ts';
import { findSqlite } from './find-sqlite.ts';
import type { VerifyOptions } from './options.ts';
import { type Inventory, isDenied, takeInventory } from './take-inventory.ts';
import { notThere } from './open-in-claim.ts';
import { codeOf } from './walk-mount.ts';

export interface VerifyTools {
  /** A clock in milliseconds that only goes forward. */
  readonly nowMs: () => number;
  /** Called at most every two seconds. */
  readonly onProgress: (progress: { readonly files: number; readonly bytes: number }) => void;
}

const progressEveryMs = 2000;
const sampleOfOwnRecord = 1000;
/** At most this many of the databases that are found are opened. */
const mostDatabases = 64;
const nothingFound: Inventory = {
  files: 0,
  folders: 0,
  links: 0,
  specials: 0,
  bytes: 0,
  denied: 0,
  broken: 0,
  brokenExamples: [],
  sample: [],
};

/** Never throws because of a finding: findings go into the verdict. */
export async function verify(options: VerifyOptions, tools: VerifyTools): Promise<Verdict> {
  const startedMs = tools.nowMs();
  const facts = await gather(options, tools);
  return decideVerdict({ ...facts, durationMs: Math.round(tools.nowMs() - startedMs) }, options);
}

async function gather(options: VerifyOptions, tools: VerifyTools): Promise<Omit<Facts, 'durationMs'>> {
  const { root, sample, seed } = options;
  const trouble = await troubleWith(root);
  const none = { manifest: undefined, checksums: undefined, manifestTrouble: undefined, ...noDatabases };
  if (trouble !== undefined) return { trouble, inventory: nothingFound, ...none };
  const manifest = await manifestFor(options);
  const isDue = every(progressEveryMs, tools.nowMs);
  const inventory = await takeInventory(root, {
    sample: manifest?.isRequested === true ? 0 : sample,
    seed,
    onProgress: (files, bytes) => {
      if (isDue()) tools.onProgress({ files, bytes });
    },
  });
  return {
    trouble,
    inventory,
    manifest,
    ...(await checksumsOf(options, manifest, inventory)),
    ...(await databasesOf(options)),
  };
}

async function manifestFor({ root, manifest, wasRead }: VerifyOptions): Promise<UsedManifest | undefined> {
  if (manifest !== undefined) return { path: manifest, isRequested: true };
  try {
    await lstat(join(root, ownRecord));
  } catch (error) {
    // Few claims keep a record. A record that an earlier proof has read must be there.
    if (notThere.has(codeOf(error)) && !wasRead.includes(ownRecord)) return undefined;
  }
  return { path: ownRecord, isRequested: false };
}

const noDatabases = { sqlite: [], databases: undefined };

/** The databases that the request names, or all that are found. */
async function databasesOf({ root, sqlite, findSqlite: isLookedFor, scratch, seed, wasRead }: VerifyOptions) {
  const found = isLookedFor ? await findSqlite(root, mostDatabases, seed) : undefined;
  const facts: SqliteFacts[] = [];
  for (const path of new Set([...sqlite, ...(found?.paths ?? [])])) {
    facts.push(await checkSqlite(root, path, { scratch, wasRead: wasRead.includes(path) }));
  }
  return { sqlite: facts, databases: found?.count };
}

async function checksumsOf(
  { root, sample, seed }: VerifyOptions,
  manifest: UsedManifest | undefined,
  inventory: Inventory,
): Promise<{ checksums: ChecksumFacts | undefined; manifestTrouble: string | undefined }> {
  const sampleOf = async () => (sample === 0 ? undefined : await readSample(root, inventory.sample));
  if (manifest === undefined) return { checksums: await sampleOf(), manifestTrouble: undefined };
  try {
    const { path, isRequested } = manifest;
    const use = { sample: !isRequested && sample === 0 ? sampleOfOwnRecord : sample, seed, mayBeOlder: !isRequested };
    return { checksums: await compareWithManifest(root, path, use), manifestTrouble: undefined };
  } catch (error) {
    const manifestTrouble = codeOf(error);
    const isWithout = !manifest.isRequested && isDenied(manifestTrouble);
    return { checksums: isWithout ? await sampleOf() : undefined, manifestTrouble };
  }
}

async function troubleWith(root: string): Promise<string | undefined> {
  try {
    await (await opendir(root)).close();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function every(ms: number, nowMs: () => number): () => boolean {
  let lastMs = nowMs();
  return () => {
    if (nowMs() - lastMs < ms) return false;
    lastMs = nowMs();
    return true;
  };
}
