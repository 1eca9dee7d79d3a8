/** What a first visit loads, as gzip. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const dist = join(import.meta.dirname, '../../functions/console/page/dist');
const budgetKb = 130;

it(`is at most ${budgetKb} KB on the first visit, and loads nothing from elsewhere`, () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  expect(files.filter((path) => !path.startsWith('/'))).toEqual([]);
  const sizes = [html, ...files.map((path) => readFileSync(join(dist, path)))].map((bytes) => gzipSync(bytes).length);
  const kb = sizes.reduce((sum, size) => sum + size, 0) / 1000;
  console.log(`first visit: ${kb.toFixed(1)} KB gzip`);
  expect(kb).toBeLessThan(budgetKb);
  expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
});
