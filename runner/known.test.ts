import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '@soteria/shared/verification/verdict.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareKnown } from './compare-known.ts';
import { knownFiles } from './known-bytes.ts';
import { writeKnown } from './write-known.ts';

const bytes = 300_001;
const [first, second, third] = knownFiles(bytes).map(({ path }) => path);
let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-known-'));
  root = join(folder, 'claim');
  await mkdir(root);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const nowMs = () => performance.now();
const write = (seed = 'seed', count = bytes) => writeKnown({ task: 'write', root, seed, bytes: count }, nowMs);
const compare = (seed = 'seed', count = bytes) => compareKnown({ task: 'compare', root, seed, bytes: count }, nowMs);
const told = ({ checks }: Verdict) => checks.map(({ detail }) => detail).join('; ');
const at = (path: string | undefined) => join(root, path ?? '');

describe('known bytes', () => {
  it('are found again, with the digest that the writer reported', async () => {
    await mkdir(at('lost+found'));
    const written = await write();
    expect(written).toMatchObject({ outcome: 'verified', files: 4, folders: 2, bytes });
    const compared = await compare();
    expect(compared).toMatchObject({ outcome: 'verified', sampleDigest: written.sampleDigest, bytes });
  });

  it('of any number are complete, in files whose sizes add up', async () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), (count) => {
        const sizes = knownFiles(count).map(({ sizeBytes }) => sizeBytes);
        expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(count);
      }),
    );
    for (const count of [1, 3, 4, 65_536 * 4, 65_537 * 4]) {
      await rm(root, { recursive: true });
      await mkdir(root);
      await write('seed', count);
      expect(await compare('seed', count), String(count)).toMatchObject({ outcome: 'verified' });
    }
  });

  it.each([
    ['one bit differs', () => flip(first, 70_000), /known-0.bin differs at or after byte 65536/],
    ['the last byte differs', () => flip(third, 75_000 - 1), /known-2.bin differs/],
    ['a file is shorter', () => truncate(at(second), 10), /known-1.bin has 10 bytes instead of 75000/],
    ['a file is longer', () => appendFile(at(second), 'x'), /has 75001 bytes/],
    ['a file is missing', () => rm(at(second)), /known-1.bin is missing/],
    ['a file was added', () => writeFile(at('more'), ''), /more was never written/],
  ])('are refuted when %s', async (_title, damage, why) => {
    await write();
    await damage();
    const verdict = await compare();
    expect(verdict.outcome).toBe('refuted');
    expect(told(verdict)).toMatch(why);
  });

  it('of another seed are refuted, and so is an empty claim', async () => {
    expect((await compare()).outcome).toBe('refuted');
    await write();
    expect((await compare('another')).outcome).toBe('refuted');
  });

  it('behind a link are not accepted', async () => {
    await write();
    const real = join(folder, 'elsewhere');
    await writeFile(real, await readFile(at(first)));
    await rm(at(first));
    await symlink(real, at(first));
    const verdict = await compare();
    expect(verdict.outcome).not.toBe('verified');
  });

  it('are never written into a claim that holds anything', async () => {
    await writeFile(at('precious'), 'data');
    const verdict = await write();
    expect(verdict.outcome).toBe('inconclusive');
    expect(told(verdict)).toMatch(/nothing was written: it holds precious/);
    expect(await readFile(at('precious'), 'utf8')).toBe('data');
    expect((await write()).outcome).toBe('inconclusive');
  });

  it('that cannot be written are reported as such', async () => {
    root = join(root, 'missing');
    expect(await write()).toMatchObject({ outcome: 'inconclusive', bytes: 0 });
  });
});

async function flip(path: string | undefined, offset: number): Promise<void> {
  const content = await readFile(at(path));
  content.writeUInt8(content.readUInt8(offset) ^ 1, offset);
  await writeFile(at(path), content);
}
