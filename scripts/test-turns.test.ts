import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { turns } from './test-turns.ts';

it('a whole run has every project of vitest, once', () => {
  const config = readFileSync(new URL('../vitest.config.ts', import.meta.url), 'utf8');
  const names = [...config.matchAll(/\bname: '([\w-]+)'/g)].map(([, name]) => name);
  expect(names).toContain('unit');
  expect(new Set(names)).toEqual(new Set(turns.flat(2)));
  expect(names).toHaveLength(turns.flat(2).length);
});
