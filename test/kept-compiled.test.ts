/**
 * The compiled code of the image, started as in the image: V8 uses the code that it compiled while the image was built, and no parser
 * is compiled that will be used a few times.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { keepCompiled } from '../scripts/keep-compiled.ts';

const refused = 'compiled_program_refused';

/** Reports that a parser was compiled: zod does so by calling `Function`. */
const reportCompiling = `
const { Function: real } = globalThis;
globalThis.Function = function (...args) { process.stderr.write('COMPILED A PARSER\\n'); return real(...args); };
globalThis.Function.prototype = real.prototype;
`;

describe('the programs of the image', () => {
  let folder = '';
  let programs: readonly string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soteria-compiled-'));
    const bundles = await bundleFunctions({ outDir: folder });
    programs = [...bundles.map(({ path }) => basename(path)), 'runner.cjs'];
    await keepCompiled(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs until the function stops by itself, because its address is malformed. */
  function start(program: string, nodeOptions: readonly string[] = []): string {
    const env = { SOTERIA_LISTEN_ADDR: 'nowhere' };
    const args = [...nodeOptions, join(folder, 'start.cjs'), program];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: '/', env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/function_not_started|cannot start/);
    return stderr;
  }

  it('each start from compiled code, and write nothing', () => {
    const before = readdirSync(folder);
    for (const program of programs) {
      expect(readFileSync(join(folder, `${program}.compiled`)).length).toBeGreaterThan(50_000);
      expect(start(program)).not.toContain(refused);
    }
    expect(readdirSync(folder)).toEqual(before);
  });

  it('compile no parser', () => {
    const preload = join(folder, 'tell.js');
    writeFileSync(preload, reportCompiling);
    for (const program of programs) expect(start(program, ['--require', preload])).not.toContain('COMPILED');
    const does = spawnSync(process.execPath, ['--require', preload, '--eval', 'new Function("")'], {
      encoding: 'utf8',
    });
    expect(does.stderr).toContain('COMPILED');
  });

  it.each([
    ['was cut off', (kept: Buffer) => kept.subarray(0, kept.length / 2)],
    ['is of another program', () => readFileSync(join(folder, 'runner.cjs.compiled'))],
  ])('start all the same when what was compiled %s, and say so', (_title, change) => {
    const path = join(folder, 'backup.cjs.compiled');
    const kept = readFileSync(path);
    writeFileSync(path, change(kept));
    expect(start('backup.cjs')).toContain(refused);
    writeFileSync(path, kept);
  });

  it.each([[['other.cjs']], [['../folder/backup.cjs']], [[]]])(
    'are named by the first argument: %j is refused with their names',
    (args) => {
      const { stderr, status } = spawnSync(process.execPath, [join(folder, 'start.cjs'), ...args], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(/program_not_found.*name one of .*backup\.cjs/);
    },
  );

  it('may import Node’s modules and files beside them late, compiled or not', async () => {
    const alone = mkdtempSync(join(folder, 'alone-'));
    writeFileSync(join(alone, 'beside.mjs'), "export default 'beside';");
    writeFileSync(
      join(alone, 'late.cjs'),
      "(async () => console.error(typeof (await import('node:sqlite')).DatabaseSync, (await import('./beside.mjs')).default))();",
    );
    copyFileSync(join(folder, 'start.cjs'), join(alone, 'start.cjs'));
    const told = (): string =>
      spawnSync(process.execPath, ['--no-warnings', join(alone, 'start.cjs'), 'late.cjs'], { encoding: 'utf8' }).stderr;
    expect(told()).toBe('function beside\n');
    await keepCompiled(alone);
    expect(told()).toBe('function beside\n');
  });

  it('start when nothing was compiled, and see only their own arguments', () => {
    writeFileSync(
      join(folder, 'told.cjs'),
      "process.stderr.write('cannot start ' + JSON.stringify([process.argv.slice(1), __filename])); process.exitCode = 1;",
    );
    const path = join(folder, 'told.cjs');
    expect(start('told.cjs')).toBe(`cannot start ${JSON.stringify([[path], path])}`);
  });
});
