/** Counts what a claim holds, and chooses the files that will be read whole. */
import { chooseSample } from './choose-sample.ts';
import { type Found, walkMount } from './walk-mount.ts';

export interface Unreadable {
  readonly path: string;
  readonly code: string;
}

export interface Inventory {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Sockets, pipes and devices. */
  readonly specials: number;
  /** The sum of the sizes of all files. */
  readonly bytes: number;
  /** Entries that only their owner may read. */
  readonly denied: number;
  /** Entries that the file system could not read: damage. */
  readonly broken: number;
  /** The first damaged entries. */
  readonly brokenExamples: readonly Unreadable[];
  /** Paths, sorted. */
  readonly sample: readonly string[];
}

export interface InventoryOptions {
  readonly sample: number;
  readonly seed: string;
  readonly onProgress: (files: number, bytes: number) => void;
}

const examples = 5;

export async function takeInventory(root: string, { sample, seed, onProgress }: InventoryOptions): Promise<Inventory> {
  const counts = { files: 0, folders: 0, links: 0, specials: 0, bytes: 0, denied: 0, broken: 0 };
  const brokenExamples: Unreadable[] = [];
  const chosen = chooseSample<string>(sample, seed);

  function count(found: Found): void {
    switch (found.type) {
      case 'file':
        counts.files += 1;
        counts.bytes += found.sizeBytes;
        chosen.offer(found.path, found.path);
        onProgress(counts.files, counts.bytes);
        break;
      case 'folder':
        counts.folders += 1;
        break;
      case 'link':
        counts.links += 1;
        break;
      case 'special':
        counts.specials += 1;
        break;
      case 'unreadable':
        if (isDenied(found.code)) counts.denied += 1;
        else {
          counts.broken += 1;
          if (brokenExamples.length < examples) brokenExamples.push({ path: found.path, code: found.code });
        }
        break;
    }
  }

  for await (const found of walkMount(root)) count(found);
  return { ...counts, brokenExamples, sample: chosen.chosen() };
}

/** A process without privileges meets files that it may not read; this says nothing about damage. */
export function isDenied(code: string): boolean {
  return code === 'EACCES' || code === 'EPERM';
}
