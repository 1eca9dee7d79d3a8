import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { turns } from './test-turns.ts';

it('a whole run has every project of vitest, once', () => {
  const config = readFileSync(new URL('../vitest.config.ts', import.meta.url), 'utf8');
  const names = [...config.matchAll(/\bname: '([\w-]+)'/g)].map(([, name]) => name);
  expect(names).toContain('unit');
  expect(turns.flat(2).toSorted()).toEqual(names.toSorted());
});
