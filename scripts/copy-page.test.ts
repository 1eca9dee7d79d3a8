import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compressIn, copyPage } from './copy-page.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soteria-copy-page-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('compresses what compresses well, and leaves what the build has compressed', () => {
  const from = join(folder, 'from');
  const script = 'console.log(1);'.repeat(100);
  mkdirSync(join(from, 'assets'), { recursive: true });
  writeFileSync(join(from, 'assets/a.js'), script);
  writeFileSync(join(from, 'assets/b.js'), script);
  writeFileSync(join(from, 'assets/b.js.br'), 'made by the build');
  writeFileSync(join(from, 'assets/c.png'), script);
  const to = join(folder, 'to');
  mkdirSync(to);
  writeFileSync(join(to, 'old.js'), 'of the version before');
  copyPage(from, to);
  expect(existsSync(join(to, 'assets/a.js.br'))).toBe(false);
  compressIn(to);
  expect(readdirSync(join(to, 'assets')).toSorted()).toEqual(['a.js', 'a.js.br', 'b.js', 'b.js.br', 'c.png']);
  expect(brotliDecompressSync(readFileSync(join(to, 'assets/a.js.br'))).toString()).toBe(script);
  expect(readFileSync(join(to, 'assets/b.js.br'), 'utf8')).toBe('made by the build');
  expect(existsSync(join(to, 'old.js'))).toBe(false);
});

it('leaves an empty folder where the page is not built', () => {
  copyPage(join(folder, 'nowhere'), join(folder, 'to'));
  expect(readdirSync(join(folder, 'to'))).toEqual([]);
});
