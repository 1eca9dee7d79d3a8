/**
 * What the image holds for a quick start, as it is used there: Node takes what is in the compile cache although it can write nothing,
 * and no parser is compiled that will be used a few times.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { fillCompileCache } from '../scripts/fill-compile-cache.ts';

/** Says on which program a parser was compiled, which zod does by calling `Function`. */
const tellOfCompiling = `
const { Function: real } = globalThis;
globalThis.Function = function (...args) { process.stderr.write('COMPILED A PARSER\\n'); return real(...args); };
globalThis.Function.prototype = real.prototype;
`;

describe('the programs of the image', () => {
  let folder = '';
  let programs: readonly string[] = [];
  const cacheDir = (): string => join(folder, 'compile-cache');
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soteria-compile-cache-'));
    const bundles = await bundleFunctions({ outDir: folder });
    programs = [...bundles.map(({ path }) => path), join(folder, 'runner.cjs')];
    await fillCompileCache(folder, cacheDir());
  });
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Until it stops by itself at an address that is none. */
  function start(program: string, args: readonly string[] = []): string {
    const env = {
      NODE_COMPILE_CACHE: cacheDir(),
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
      SOTERIA_LISTEN_ADDR: 'nowhere',
    };
    const { stderr, status } = spawnSync(process.execPath, [...args, program], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    return stderr;
  }

  it('are each in the compile cache, and Node takes them from there', () => {
    for (const program of programs) {
      expect(start(program)).toContain(`V8 code cache for CommonJS ${program} was accepted`);
    }
  });

  it('start from a cache that cannot be written, and leave it as it was', () => {
    const [tagged = ''] = readdirSync(cacheDir());
    const before = readdirSync(join(cacheDir(), tagged));
    chmodSync(join(cacheDir(), tagged), 0o555);
    chmodSync(cacheDir(), 0o555);
    for (const program of programs) {
      const told = start(program);
      expect(told).toContain('was accepted');
      expect(told).toContain('because cache was the same');
    }
    expect(readdirSync(join(cacheDir(), tagged))).toEqual(before);
  });

  it('compile no parser', () => {
    const preload = join(folder, 'tell.js');
    writeFileSync(preload, tellOfCompiling);
    for (const program of programs) expect(start(program, ['--require', preload])).not.toContain('COMPILED');
    writeFileSync(
      join(folder, 'does.js'),
      `require(${JSON.stringify(preload)}); new Function(''); process.exitCode = 1;`,
    );
    expect(start(join(folder, 'does.js'))).toContain('COMPILED');
  });
});
