/**
 * The objects of a store on disk.
 * 1. Every change is appended to `<file>.journal` before its caller is answered, so an answered write survives a killed process.
 *    (It is not forced to the disk: a power failure may lose the last seconds.)
 * 2. `<file>` holds everything up to a revision; the journal holds what came later. It is replaced by renaming, so it is whole.
 * 3. One process per file: `<file>.lock` names it.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { parseJson } from '@soteria/shared/kubernetes/json.ts';
import type { ClusterSnapshot, MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { isJsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { encodeJson } from './answer.ts';
import { takeLock } from './lock-file.ts';

export type StoreLog = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export interface Journal {
  close(): void;
}

type Commit = ClusterSnapshot['objects'][number];

/** Only its owner may read it: it holds Secrets. */
const mode = 0o600;
const compactAboveBytes = 8 * 1024 * 1024;

/** Loads the files into the cluster and records every change from then on. */
export function openJournal(cluster: MemoryCluster, dataFile: string, log: StoreLog): Journal {
  const journalFile = `${dataFile}.journal`;
  mkdirSync(dirname(dataFile), { recursive: true });
  const releaseLock = takeLock(`${dataFile}.lock`);
  recover(cluster, dataFile, journalFile);
  let size = 0;
  let isCompactionDue = false;
  let isClosed = false;
  const file = openSync(journalFile, 'a', mode);

  function compact(): void {
    const next = `${dataFile}.next`;
    writeFileSync(next, encodeJson(cluster.snapshot()), { mode });
    renameSync(next, dataFile);
    ftruncateSync(file, 0);
    size = 0;
  }

  const stopListening = cluster.onCommit((commit) => {
    const line = Buffer.from(`${encodeJson(commit)}\n`);
    append(line);
    if (size < compactAboveBytes || isCompactionDue) return;
    isCompactionDue = true;
    // Not now: the change being recorded is not in the cluster yet.
    setImmediate(() => {
      isCompactionDue = false;
      if (isClosed) return;
      compact();
      log('store_compacted', { dataFile });
    });
  });

  /** Takes back a line that could not be written whole, or the next line would be unreadable too. */
  function append(line: Buffer): void {
    try {
      for (let written = 0; written < line.length;) written += writeSync(file, line, written);
      size += line.length;
    } catch (cause) {
      ftruncateSync(file, size);
      throw new SoteriaError(
        'cluster_unavailable',
        {
          what: `could not write ${journalFile}`,
          why: 'the disk refused it',
          fix: 'make room on the disk and try again',
        },
        { cause },
      );
    }
  }

  compact();
  return {
    close() {
      if (isClosed) return;
      isClosed = true;
      stopListening();
      compact();
      closeSync(file);
      releaseLock();
    },
  };
}

function recover(cluster: MemoryCluster, dataFile: string, journalFile: string): void {
  if (existsSync(dataFile)) cluster.load(readSnapshot(dataFile));
  if (!existsSync(journalFile)) return;
  const lines = readFileSync(journalFile, 'utf8').split('\n');
  // Text after the last line break was being written when the process died: no request was answered for it.
  lines.pop();
  const { revision } = cluster;
  for (const [index, line] of lines.entries()) {
    const commit = readCommit(line);
    if (commit === undefined) throw unreadable(journalFile, `line ${index + 1} is not a change`);
    if (commit.revision > revision) cluster.replay(commit);
  }
}

function readSnapshot(dataFile: string): ClusterSnapshot {
  const value = parseOrUndefined(readFileSync(dataFile, 'utf8'));
  if (isSnapshot(value)) return value;
  throw unreadable(dataFile, 'it is not a store of format 1');
}

function readCommit(line: string): Commit | undefined {
  const value = parseOrUndefined(line);
  return isCommit(value) ? value : undefined;
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isSnapshot(value: unknown): value is ClusterSnapshot {
  if (!isJsonObject(value) || value['format'] !== 1 || typeof value['revision'] !== 'number') return false;
  return Array.isArray(value['objects']) && value['objects'].every(isCommit);
}

function isCommit(value: unknown): value is Commit {
  return (
    isJsonObject(value) &&
    typeof value['revision'] === 'number' &&
    typeof value['group'] === 'string' &&
    typeof value['plural'] === 'string' &&
    typeof value['key'] === 'string' &&
    (value['object'] === null || isJsonObject(value['object']))
  );
}

function unreadable(file: string, why: string): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: `could not read the store's file ${file}`,
    why,
    fix: 'put back a copy of it, or move it and its journal away to begin empty',
  });
}
