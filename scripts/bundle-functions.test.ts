import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleFunctions } from './bundle-functions.ts';

// Inside the repository: the functions of the tests import real dependencies.
const cache = fileURLToPath(new URL('../.cache', import.meta.url));
let folder: string;

beforeEach(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'bundle-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function bundleAll(sources: Readonly<Record<string, string>>) {
  const functionsDir = join(folder, 'functions');
  for (const [path, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(functionsDir, path)), { recursive: true });
    writeFileSync(join(functionsDir, path), source);
  }
  return bundleFunctions({ outDir: join(folder, 'out'), functionsDir });
}

/** What the only bundle prints, started from another folder than its own. */
async function bundleAndRun(sources: Readonly<Record<string, string>>): Promise<string> {
  const [bundle] = await bundleAll(sources);
  return execFileSync(process.execPath, [bundle?.path ?? ''], { cwd: '/', encoding: 'utf8' }).trim();
}

describe('the bundles', () => {
  it('are one file for every folder with a main.ts', async () => {
    const bundles = await bundleAll({
      'restore/main.ts': 'console.log(1)',
      'backup/main.ts': 'console.log(2)',
      'backup/core/decide.ts': 'export const decide = 1',
      'notes/other.ts': 'console.log(3)',
    });
    expect(bundles.map(({ name }) => name)).toEqual(['backup', 'restore']);
    expect(bundles.every(({ sizeBytes }) => sizeBytes > 0 && sizeBytes < 500)).toBe(true);
  });

  it('leave nothing beside them that was compiled of the bundles before', async () => {
    await bundleAll({ 'one/main.ts': 'console.log(1)' });
    const kept = join(folder, 'out', 'one.cjs.compiled');
    writeFileSync(kept, '');
    await bundleAll({ 'one/main.ts': 'console.log(2)' });
    expect(existsSync(kept)).toBe(false);
  });

  it('need at least one function', async () => {
    mkdirSync(join(folder, 'functions'));
    await expect(bundleAll({})).rejects.toThrow('no function to bundle');
  });

  it('hold what is imported on demand, and run it only then', async () => {
    const printed = await bundleAndRun({
      'one/heavy.ts': 'console.log("heavy"); export const answer: number = 42;',
      'one/main.ts': 'console.log("light"); void import("./heavy.ts").then(({ answer }) => console.log(answer));',
    });
    expect(printed.split('\n')).toEqual(['light', 'heavy', '42']);
  });

  it('know where they are, as modules do', async () => {
    const printed = await bundleAndRun({
      'one/main.ts': `
        import { createRequire } from 'node:module';
        const require = createRequire(import.meta.url);
        console.log(require('node:path').basename(import.meta.filename), import.meta.dirname.endsWith('out'));`,
    });
    expect(printed).toBe('one.cjs true');
  });

  it('run the dependencies of the functions', async () => {
    const printed = await bundleAndRun({
      'one/kubeconfig.ts': `export { KubeConfig } from '@kubernetes/client-node';`,
      'one/main.ts': `
        import { serve } from '@hono/node-server';
        import { CloudEvent, HTTP } from 'cloudevents';
        import { Hono } from 'hono';
        import { Counter } from 'prom-client';
        import * as z from 'zod';
        const event = HTTP.binary(new CloudEvent({ type: 'a', source: 'b' }));
        console.log(z.string().parse(event.headers['ce-type']), typeof serve, typeof Hono, typeof Counter);
        void import('./kubeconfig.ts').then(({ KubeConfig }) => {
          const config = new KubeConfig();
          config.loadFromClusterAndUser({ name: 'c', server: 'https://localhost' }, { name: 'u' });
          console.log(config.getCurrentCluster().server);
        });`,
    });
    expect(printed.split('\n')).toEqual(['a function function function', 'https://localhost']);
  }, 60_000);

  it('come with the licences of what is in them, and of nothing else', async () => {
    await bundleAll({ 'one/main.ts': "import { Hono } from 'hono'; console.log(typeof Hono);" });
    const licenses = readFileSync(join(folder, 'out', 'third-party-licenses.txt'), 'utf8');
    expect(licenses).toMatch(/^hono \d+\.\d+\.\d+ \(MIT\)\n\nMIT License/);
    expect(licenses.match(/^=+$/gm)).toBeNull();
  });

  it('keep the names of functions in stack traces', async () => {
    const printed = await bundleAndRun({
      'one/main.ts': `
        function decideWhatIsDue(): void { throw new Error('seen'); }
        try { decideWhatIsDue(); } catch (error) { console.log((error as Error).stack?.includes('decideWhatIsDue')); }`,
    });
    expect(printed).toBe('true');
  });
});
