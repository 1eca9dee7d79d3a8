/** One verification, from the mounted folder to the verdict. */
import { opendir } from 'node:fs/promises';
import type { Verdict } from '@soteria/shared/verification/verdict.ts';
import { type ChecksumFacts, compareWithManifest, readSample } from './check-checksums.ts';
import { checkSqlite } from './check-sqlite.ts';
import { type Facts, decideVerdict } from './decide-verdict.ts';
import type { VerifyOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { type Inventory, takeInventory } from './take-inventory.ts';
import { codeOf } from './walk-mount.ts';

export interface VerifyTools {
  /** Milliseconds that only go forward. */
  readonly nowMs: () => number;
  /** Called at most every two seconds. */
  readonly onProgress: (progress: { readonly files: number; readonly bytes: number }) => void;
}

const progressEveryMs = 2000;
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

/** Never throws because of what it finds: that is what the verdict is for. */
export async function verify(options: VerifyOptions, tools: VerifyTools): Promise<Verdict> {
  const startedMs = tools.nowMs();
  const facts = await gather(options, tools);
  return decideVerdict({ ...facts, durationMs: Math.round(tools.nowMs() - startedMs) }, options);
}

async function gather(options: VerifyOptions, tools: VerifyTools): Promise<Omit<Facts, 'durationMs'>> {
  const { root, sample, seed, manifest, command, scratch } = options;
  const trouble = await troubleWith(root);
  const none = { checksums: undefined, manifestTrouble: undefined, sqlite: [], command: undefined };
  if (trouble !== undefined) return { trouble, inventory: nothingFound, ...none };
  const isDue = every(progressEveryMs, tools.nowMs);
  const inventory = await takeInventory(root, {
    sample: manifest === undefined ? sample : 0,
    seed,
    onProgress: (files, bytes) => {
      if (isDue()) tools.onProgress({ files, bytes });
    },
  });
  return {
    trouble,
    inventory,
    ...(await checksumsOf(options, inventory)),
    sqlite: await Array.fromAsync(options.sqlite, (path) => checkSqlite(root, path, scratch)),
    command: command === undefined ? undefined : await runCommand(command.argv, root, command.timeoutMs),
  };
}

async function checksumsOf(
  { root, sample, seed, manifest }: VerifyOptions,
  inventory: Inventory,
): Promise<{ checksums: ChecksumFacts | undefined; manifestTrouble: string | undefined }> {
  if (manifest === undefined) {
    const checksums = sample === 0 ? undefined : await readSample(root, inventory.sample);
    return { checksums, manifestTrouble: undefined };
  }
  try {
    return { checksums: await compareWithManifest(root, manifest, { sample, seed }), manifestTrouble: undefined };
  } catch (error) {
    return { checksums: undefined, manifestTrouble: codeOf(error) };
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
