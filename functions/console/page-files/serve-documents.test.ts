import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const docs = new URL('../../../docs/', import.meta.url);

it.each([
  ['/v1/openapi.json', 'openapi.json', 'application/json; charset=utf-8'],
  ['/v1/asyncapi.yaml', 'asyncapi.yaml', 'application/yaml; charset=utf-8'],
  ['/v1', 'api.html', 'text/html; charset=utf-8'],
  ['/api.css', 'api.css', 'text/css; charset=utf-8'],
])('%s is %s of the documentation', async (path, file, type) => {
  const answer = await createTestBench().app.request(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  expect(await answer.text()).toBe(readFileSync(new URL(file, docs), 'utf8'));
});

it('the page about the API has no script, and is small', () => {
  const page = readFileSync(new URL('api.html', docs), 'utf8');
  expect(page).not.toMatch(/<script|style=|javascript:| on[a-z]+=/i);
  expect(Buffer.byteLength(page)).toBeLessThan(30_000);
});
