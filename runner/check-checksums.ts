/** Reads files whole: against a manifest where there is one, else to see that they can be read. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chooseSample } from './choose-sample.ts';
import { hashFile } from './hash-file.ts';
import { type ManifestEntry, readManifest } from './read-manifest.ts';
import { type Unreadable, isDenied } from './take-inventory.ts';
import { codeOf } from './walk-mount.ts';

export interface ChecksumFacts {
  /** Files read whole. */
  readonly read: number;
  readonly denied: number;
  readonly bad: number;
  /** The first of them; code `EDIFFERS` where the bytes are not those of the manifest. */
  readonly badExamples: readonly Unreadable[];
  /** Over `<sha256>  <path>` lines. */
  readonly digest: string;
}

const examples = 5;

type Expectation = { readonly path: string; readonly sha256?: string };

export function readSample(root: string, paths: readonly string[]): Promise<ChecksumFacts> {
  return compare(
    root,
    paths.map((path) => ({ path })),
  );
}

/** A sample of the manifest's lines, or every line when `sample` is 0; throws what the system says of the manifest itself. */
export async function compareWithManifest(
  root: string,
  manifest: string,
  { sample, seed }: { readonly sample: number; readonly seed: string },
): Promise<ChecksumFacts> {
  const entries = readManifest(join(root, manifest));
  if (sample === 0) return compare(root, entries);
  const chosen = chooseSample<ManifestEntry>(sample, seed);
  for await (const entry of entries) chosen.offer(entry.path, entry);
  return compare(root, chosen.chosen());
}

async function compare(
  root: string,
  expected: Iterable<Expectation> | AsyncIterable<Expectation>,
): Promise<ChecksumFacts> {
  const facts = { read: 0, denied: 0, bad: 0 };
  const badExamples: Unreadable[] = [];
  const digest = createHash('sha256');
  const isBad = (path: string, code: string): void => {
    facts.bad += 1;
    if (badExamples.length < examples) badExamples.push({ path, code });
  };
  for await (const { path, sha256 } of expected) {
    try {
      const found = await hashFile(join(root, path));
      facts.read += 1;
      digest.update(`${found}  ${path}\n`);
      if (sha256 !== undefined && sha256 !== found) isBad(path, 'EDIFFERS');
    } catch (error) {
      const code = codeOf(error);
      if (isDenied(code)) facts.denied += 1;
      else isBad(path, code);
    }
  }
  return { ...facts, badExamples, digest: digest.digest('hex') };
}
