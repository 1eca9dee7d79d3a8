/**
 * `npm run bench:tick [-- --json] [--runs N]`: one tick over a thousand policies and up to a hundred thousand claims, from what is known of them to
 * what is asked for and recorded. Without reading the API server, and without making the input.
 */
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { measureInTurn } from './interleave.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, printMeasurements } from './report.ts';

const printed = z.object({ measured: z.record(z.string(), z.number()), decided: z.record(z.string(), z.number()) });
const run = promisify(execFile);

const { isJson, runs } = readBenchOptions(process.argv.slice(2), 5);
await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const program = join(folder.path, 'decide-once.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('tick/decide-once.ts', import.meta.url))],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
});

/** For NODE_OPTIONS of a Service that decides over so many claims: V8 collects before it grows. Without it a tick takes 300 MiB, nearly all of it garbage. */
const memory = ['--max-semi-space-size=4'];
const sizes = [
  [1_000, 25_000],
  [1_000, 50_000],
  [1_000, 100_000],
] as const;
const samples = await measureInTurn(
  sizes.map(([policies, claims]) => ({
    name: `${policies} policies × ${claims} claims`,
    async measure() {
      const { stdout } = await run(process.execPath, [...memory, program, String(policies), String(claims)]);
      const { measured, decided } = printed.parse(JSON.parse(stdout));
      if (decided['claims'] !== claims) throw new Error(`${decided['claims']} of ${claims} claims have a record`);
      return measured;
    },
  })),
  runs,
);
printMeasurements(measurementsOf('tick', samples, { cpu_s: 's', rss_mib: 'MiB', total_s: 's' }), isJson);
