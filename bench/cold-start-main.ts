/**
 * `npm run bench:cold-start [-- --json] [--runs N]`: process start to first handled event, and memory after it, for every function
 * as shipped, against bare Node and beside alternatives.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleAsShipped } from './as-shipped.ts';
import { startBenchCluster } from './cluster.ts';
import { firstEventOf, recordOperations } from './cold-start/first-event.ts';
import { measureColdStart } from './cold-start/measure-cold-start.ts';
import { measureInTurn, type Subject } from './interleave.ts';
import { readBenchOptions } from './options.ts';
import { bareNode, peers, type Program } from './programs.ts';
import { measurementsOf, printMeasurements } from './report.ts';

const { isJson, runs } = readBenchOptions(process.argv.slice(2), 15);
await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const outDir = folder.path;
const cluster = await startBenchCluster();
try {
  await recordOperations(cluster.server.adminClient);
  const shipped = await bundleAsShipped(outDir);
  const functions = await Promise.all(
    shipped.map(async ({ name, args }): Promise<Program[]> => {
      const env = await cluster.functionEnv(name);
      const main = fileURLToPath(new URL(`../functions/${name}/main.ts`, import.meta.url));
      return [
        { name, args, env },
        { name: `${name} unbundled`, args: ['--disable-warning=ExperimentalWarning', main], env },
      ];
    }),
  );
  const subjectOf = (program: Program): Subject => ({
    name: program.name,
    measure: () => measureColdStart(program, firstEventOf(program.name.replace(/ .*$/, ''))),
  });
  const samples = await measureInTurn([bareNode, ...peers, ...functions.flat()].map(subjectOf), runs);
  printMeasurements(
    measurementsOf('cold-start', samples, { first_event_ms: 'ms', rss_mib: 'MiB' }, bareNode.name),
    isJson,
  );
} finally {
  await cluster.stop();
}
