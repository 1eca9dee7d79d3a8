/**
 * The allowed sizes and packages of the functions' files, so that growth is a decision and not a later discovery: a cold
 * start reads all of it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../scripts/bundle-functions.ts';

/** Packages of the programs that listen. */
const listening = ['ajv', 'ajv-formats', 'bignumber.js', 'cloudevents', 'json-bigint', 'uuid', 'zod'];

/** Whatever is bundled has its row: KiB of the file, and the packages inside. */
const budgets: Readonly<Record<string, { readonly kib: number; readonly packages: readonly string[] }>> = {
  backup: { kib: 545, packages: listening },
  'b2-usage': { kib: 520, packages: [...listening, 'aws4'] },
  notify: { kib: 560, packages: listening },
  console: { kib: 500, packages: listening },
  'policy-tick': { kib: 690, packages: listening },
  restore: { kib: 635, packages: listening },
  runner: { kib: 200, packages: ['zod'] },
  start: { kib: 2, packages: [] },
};

/** Code that an event does not need, in separate files. */
const budgetsApart: typeof budgets = {
  hono: { kib: 100, packages: ['@hono/node-server', 'hono'] },
  croner: { kib: 40, packages: ['croner'] },
  nodemailer: { kib: 300, packages: ['nodemailer'] },
  yaml: { kib: 170, packages: ['yaml'] },
  'prom-client': { kib: 140, packages: ['@opentelemetry/api', 'bintrees', 'prom-client', 'tdigest'] },
  'client-node': {
    kib: 1900,
    packages: [
      '@kubernetes/client-node',
      'agent-base',
      'b4a',
      'debug',
      'end-of-stream',
      'events-universal',
      'fast-fifo',
      'hpagent',
      'ip-address',
      'isomorphic-ws',
      'js-yaml',
      'jsonpath-plus',
      'ms',
      'oauth4webapi',
      'once',
      'openid-client',
      'pump',
      'rfc4648',
      'smart-buffer',
      'socks',
      'socks-proxy-agent',
      'stream-buffers',
      'streamx',
      'tar-fs',
      'tar-stream',
      'text-decoder',
      'undici',
      'wrappy',
      'ws',
    ],
  },
};

/** Which programs ask for it; all others that listen need what is not named here. */
const onlyIn: Readonly<Record<string, readonly string[]>> = {
  yaml: ['policy-tick', 'notify'],
  croner: ['policy-tick'],
  nodemailer: ['notify'],
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

  const isApart = (path: string): boolean => basename(dirname(path)) === 'apart';
  const filesWhere = (isCounted: (path: string) => boolean) =>
    Object.entries(outputs)
      .filter(([path]) => path.endsWith('.cjs') && isCounted(path))
      .map(([path, { inputs, imports, bytes }]) => ({
        name: basename(path, '.cjs'),
        kib: Math.ceil(bytes / 1024),
        packages: [...new Set(Object.keys(inputs).flatMap((input) => packageOf(input) ?? []))].toSorted(),
        imports: imports.map((imported) => imported.path),
      }));
  const files = () => filesWhere((path) => !isApart(path));
  const filesApart = () => filesWhere(isApart);

  it('are those that have a budget', () => {
    const namesOf = (some: readonly { name: string }[]) => some.map(({ name }) => name).toSorted();
    expect(namesOf(files())).toEqual(Object.keys(budgets).toSorted());
    expect(namesOf(filesApart())).toEqual(Object.keys(budgetsApart).toSorted());
  });

  it('hold the packages that are listed for them, and no others', () => {
    for (const { name, packages } of [...files(), ...filesApart()]) {
      const expected = budgets[name] ?? budgetsApart[name];
      expect({ name, packages }).toEqual({ name, packages: expected?.packages.toSorted() });
    }
  });

  it('weigh no more than they may', () => {
    const tooHeavy = [...files(), ...filesApart()].filter(
      ({ name, kib }) => kib > ((budgets[name] ?? budgetsApart[name])?.kib ?? 0),
    );
    expect(tooHeavy.map(({ name, kib }) => ({ name, kib }))).toEqual([]);
  });

  it('keep code that an event does not need in separate files', () => {
    for (const { name, imports } of files().filter((file) => file.packages.includes('cloudevents'))) {
      const apart = imports.filter((path) => path.startsWith('./apart/'));
      expect({ name, apart: [...new Set(apart)].toSorted() }).toEqual({
        name,
        apart: Object.keys(budgetsApart)
          .filter((one) => onlyIn[one]?.includes(name) ?? true)
          .map((one) => `./apart/${one}.cjs`)
          .toSorted(),
      });
    }
  });
});
