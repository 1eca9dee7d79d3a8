/** Reads files whole: compares them with a manifest where there is one, otherwise checks that they can be read. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chooseSample } from './choose-sample.ts';
import { hashFile } from './hash-file.ts';
import { notThere } from './open-in-claim.ts';
import { type ManifestEntry, readManifest } from './read-manifest.ts';
import { type Unreadable, isDenied } from './take-inventory.ts';
import { codeOf } from './walk-mount.ts';

export interface ChecksumFacts {
  /** Files that were read whole and are right. */
  readonly read: number;
  readonly denied: number;
  readonly bad: number;
  /** Files that are younger than the claim's own record of them: not compared. */
  readonly changed: number;
  /** How many of the bad files are missing. */
  readonly missing: number;
  /** Names in the manifest that are links, or lead through one: not followed, and not compared. */
  readonly links: number;
  /** Lines of the manifest that cannot be parsed: the files they name are not compared. */
  readonly malformed: number;
  /** The first bad files; code `EDIFFERS` where the bytes differ from the manifest. */
  readonly badExamples: readonly Unreadable[];
  /** A digest over lines `<sha256>  <path>`. */
  readonly digest: string;
}

const examples = 5;

export interface ManifestUse {
  /** How many lines are compared; 0: all. */
  readonly sample: number;
  readonly seed: string;
  /** Skips the files that have changed since the manifest was written. */
  readonly mayBeOlder: boolean;
}

type Expectation = { readonly path: string; readonly sha256?: string };

type Line = Expectation | undefined;

export function readSample(root: string, paths: readonly string[]): Promise<ChecksumFacts> {
  return compare(
    root,
    paths.map((path) => ({ path })),
  );
}

/** A sample of the manifest's lines, or every line when `sample` is 0; throws the system's error about the manifest itself. */
export async function compareWithManifest(
  root: string,
  manifest: string,
  { sample, seed, mayBeOlder }: ManifestUse,
): Promise<ChecksumFacts> {
  const entries = withoutItself(manifest, readManifest(root, manifest));
  const sinceMs = mayBeOlder ? (await lstat(join(root, manifest))).mtimeMs : undefined;
  if (sample === 0) return compare(root, entries, sinceMs);
  const chosen = chooseSample<ManifestEntry>(sample, seed);
  let malformed = 0;
  for await (const entry of entries) {
    if (entry === undefined) malformed += 1;
    else chosen.offer(entry.path, entry);
  }
  return { ...(await compare(root, chosen.chosen(), sinceMs)), malformed };
}

/** A manifest of all files that lies among them names itself, with the checksum of an unfinished manifest. */
async function* withoutItself<T extends ManifestEntry | undefined>(
  manifest: string,
  entries: AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const entry of entries) if (entry?.path !== manifest) yield entry;
}

/** True when the file was written after that instant, or is missing from a folder that was. */
async function hasChanged(root: string, path: string, sinceMs: number): Promise<boolean> {
  for (let place = path; place !== '.'; place = dirname(place)) {
    try {
      return (await lstat(join(root, place))).mtimeMs > sinceMs;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') return false;
    }
  }
  return (await lstat(root)).mtimeMs > sinceMs;
}

async function compare(
  root: string,
  expected: Iterable<Line> | AsyncIterable<Line>,
  sinceMs?: number,
): Promise<ChecksumFacts> {
  const facts = { read: 0, denied: 0, bad: 0, missing: 0, links: 0, changed: 0, malformed: 0 };
  const badExamples: Unreadable[] = [];
  const digest = createHash('sha256');
  const isBad = async (path: string, code: string): Promise<void> => {
    if (sinceMs !== undefined && (await hasChanged(root, path, sinceMs))) {
      facts.changed += 1;
      return;
    }
    facts.bad += 1;
    if (notThere.has(code)) facts.missing += 1;
    if (badExamples.length < examples) badExamples.push({ path, code });
  };
  for await (const line of expected) {
    if (line === undefined) {
      facts.malformed += 1;
      continue;
    }
    const { path, sha256 } = line;
    try {
      const found = await hashFile(root, path);
      digest.update(`${found}  ${path}\n`);
      if (sha256 === undefined || sha256 === found) facts.read += 1;
      else await isBad(path, 'EDIFFERS');
    } catch (error) {
      const code = codeOf(error);
      if (isDenied(code)) facts.denied += 1;
      else if (code === 'ELOOP') facts.links += 1;
      else await isBad(path, code);
    }
  }
  return { ...facts, badExamples, digest: digest.digest('hex') };
}
