import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const script = 'console.log("page");';

describe('the page', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'soteria-page-'));
    mkdirSync(join(folder, 'dist/assets'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'not of the page');
    writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><title>Soteria</title>');
    writeFileSync(join(folder, 'dist/assets/index-a1b2.js'), script);
    writeFileSync(join(folder, 'dist/assets/index-a1b2.js.br'), brotliCompressSync(script));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (path: string, init?: RequestInit) =>
    createTestBench({ pageFolder: join(folder, 'dist') }).app.request(path, init);

  it.each(['/', '/index.html', '/claims/media/movies.v2', '/restore?from=x', '/v10', '/metricsy'])(
    'is answered at %s, may be asked for again, and runs nothing but its own files',
    async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe-inline');
      expect(await answer.text()).toContain('<title>Soteria</title>');
    },
  );

  it('has files with a hash in their names, which browsers keep', async () => {
    const answer = await ask('/assets/index-a1b2.js');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(await answer.text()).toBe(script);
  });

  it.each([
    ['gzip, br', true],
    ['br;q=0.5', true],
    ['gzip, br;q=0', false],
    ['gzip', false],
  ])('answers a browser that accepts %s in Brotli: %s', async (accepted, isBrotli) => {
    const answer = await ask('/assets/index-a1b2.js', { headers: { 'accept-encoding': accepted } });
    expect(answer.headers.get('vary')).toBe('accept-encoding');
    expect(answer.headers.get('content-encoding')).toBe(isBrotli ? 'br' : null);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect((isBrotli ? brotliDecompressSync(bytes) : bytes).toString()).toBe(script);
  });

  it('is not sent again to a browser that has it', async () => {
    const etag = (await ask('/')).headers.get('etag') ?? '';
    const again = await ask('/', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('has no file that is not in its folder', async () => {
    for (const path of ['/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/%5c..%5csecret.txt']) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(await answer.text()).not.toContain('not of the page');
    }
    // A browser resolves these before it sends them, and so does the server.
    expect(await (await ask('/../secret.txt')).text()).toContain('<title>Soteria</title>');
    expect((await ask('/assets/gone-c3d4.js')).status).toBe(404);
  });

  it('does not answer what belongs to the API', async () => {
    expect((await ask('/v1/nothing')).status).toBe(404);
    expect((await ask('/v1', { method: 'PUT' })).status).toBe(404);
    expect((await ask('/claims', { method: 'PUT' })).status).toBe(404);
    expect(await (await ask('/metrics')).text()).toContain('# HELP');
  });
});

it('says that the page is not built, and what to do', async () => {
  const answer = await createTestBench().app.request('/');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'not_found', what: 'the web page is not here' });
});
