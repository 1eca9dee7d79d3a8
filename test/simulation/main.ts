/**
 * `npm run simulate -- [--runs N] [--seed S] [--path P]`: generated histories, a shard for each processor. What is printed for a
 * broken one shows it again: the shard's own seed, and the path to its smallest form.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { ShardReport, ShardTask } from './worker.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const { runs = '2000', path = '' } = values;
// One path belongs to one seed.
const shards = path === '' ? availableParallelism() : 1;
const seed = Number(values.seed ?? Date.now() % 0x3fff_ffff);

async function runShard(index: number): Promise<ShardReport> {
  const workerData: ShardTask = { runs: Math.ceil(Number(runs) / shards), seed: seed + index, path };
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData });
  const [report] = (await once(worker, 'message')) as [ShardReport];
  return report;
}

const startedAt = performance.now();
const reports = await Promise.all(Array.from({ length: shards }, (_unused, index) => runShard(index)));
const seconds = (performance.now() - startedAt) / 1000;
const histories = reports.reduce((sum, report) => sum + report.runs, 0);
const steps = reports.reduce((sum, report) => sum + report.steps, 0);
for (const report of reports) {
  if (report.failure === undefined) continue;
  const { invariant, why, history } = report.failure;
  console.log(`${invariant} does not hold: ${why}`);
  console.log(`  the smallest history: ${JSON.stringify(history)}`);
  console.log(`  see it again: npm run simulate -- --seed ${report.seed} --path ${report.failure.path}`);
  process.exitCode = 1;
}
console.log(
  `${histories} histories, ${steps} calls and deliveries, ${seconds.toFixed(1)} s, ${shards} shards, seed ${seed}: ` +
    (process.exitCode === 1 ? 'BROKEN' : 'all invariants held'),
);
