/**
 * What the functions' files may weigh and which packages may be inside, so that growth is decided on and not noticed later: a cold
 * start reads all of it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../scripts/bundle-functions.ts';

/** In what listens; most of them run only when an HTTP route, a scrape or a first event asks for them. */
const listening = [
  '@hono/node-server',
  '@opentelemetry/api',
  'ajv',
  'ajv-formats',
  'bignumber.js',
  'bintrees',
  'cloudevents',
  'hono',
  'json-bigint',
  'prom-client',
  'tdigest',
  'uuid',
  'zod',
];

/** Whatever is bundled has its row: KiB of the file, and the packages inside. */
const budgets: Readonly<Record<string, { readonly kib: number; readonly packages: readonly string[] }>> = {
  backup: { kib: 680, packages: listening },
  'b2-usage': { kib: 680, packages: [...listening, 'aws4'] },
  'policy-tick': { kib: 600, packages: listening },
  restore: { kib: 760, packages: listening },
  runner: { kib: 200, packages: ['zod'] },
  start: { kib: 2, packages: [] },
};

const packageOf = (path: string): string | undefined => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

describe('the bundled files', () => {
  let folder = '';
  let outputs: Metafile['outputs'] = {};
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soteria-budget-'));
    await bundleFunctions({ outDir: folder });
    const metafile: Metafile = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
    ({ outputs } = metafile);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const files = () =>
    Object.entries(outputs)
      .filter(([path]) => path.endsWith('.cjs') && basename(path) !== 'client-node.cjs')
      .map(([path, { inputs, imports, bytes }]) => ({ name: basename(path, '.cjs'), inputs, imports, bytes }));

  it('hold the packages that are listed for them, and no others', () => {
    for (const { name, inputs } of files()) {
      const packages = [...new Set(Object.keys(inputs).flatMap((path) => packageOf(path) ?? []))].toSorted();
      expect({ name, packages }).toEqual({ name, packages: budgets[name]?.packages.toSorted() });
    }
  });

  it('weigh no more than they may', () => {
    const weights = files().map(({ name, bytes }) => ({ name, kib: Math.ceil(bytes / 1024) }));
    expect(weights.length).toBeGreaterThan(1);
    expect(weights.filter(({ name, kib }) => kib > (budgets[name]?.kib ?? 0))).toEqual([]);
  });

  it('leave what only a kubeconfig needs in a file of its own', () => {
    const apart = Object.entries(outputs).find(([path]) => basename(path) === 'client-node.cjs');
    expect(apart?.[1].bytes).toBeGreaterThan(1_000_000);
    const backup = files().find(({ name }) => name === 'backup');
    expect(backup?.imports.map(({ path }) => path)).toContain('./client-node.cjs');
  });
});
