import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readManifest } from './read-manifest.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'manifest-'));
  await writeFile(join(root, 'SUMS'), `${'0'.repeat(64)}  ünï\n`.repeat(10_000));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const generous = { bytes: 2 ** 20, ms: 1_000, nowMs: () => 0 };

test('a manifest is read line by line, also where a chunk ends inside a letter', async () => {
  const paths = new Set((await Array.fromAsync(readManifest(root, 'SUMS', generous))).map((line) => line?.path));
  expect([...paths]).toEqual(['ünï']);
});

test('a manifest that is too large, or takes too long to read, is refused', async () => {
  const small = readManifest(root, 'SUMS', { ...generous, bytes: 1_000 });
  await expect(Array.fromAsync(small)).rejects.toMatchObject({ code: 'EFBIG' });
  let now = 0;
  const slow = readManifest(root, 'SUMS', { ...generous, nowMs: () => (now += 400) });
  await expect(Array.fromAsync(slow)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
});

test('the time spent on the lines of a manifest does not count', async () => {
  let now = 0;
  const told = readManifest(root, 'SUMS', { ...generous, nowMs: () => now });
  let lines = 0;
  for await (const _line of told) {
    now += 1_000;
    lines += 1;
  }
  expect(lines).toBe(10_000);
});
