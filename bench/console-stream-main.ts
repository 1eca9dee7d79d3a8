/**
 * `npm run bench:console-stream [-- --json] [--runs N]`: 100 viewers of one watch. The shipped console on a real API server; the delay is from the write
 * of a status to the event at each viewer.
 */
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '@soteria/console/testing/read-events.ts';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { waitUntil } from '../test/servers/wait-until.ts';
import { startBenchCluster } from './cluster.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, printMeasurements } from './report.ts';
import { runProgram } from './run-program.ts';

const { isJson, runs } = readBenchOptions(process.argv.slice(2), 3);
const viewerCount = 100;
const changeCount = 50;
await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const bundle = (await bundleFunctions({ outDir: folder.path })).find(({ name }) => name === 'console');
const cluster = await startBenchCluster();
const path = '/apis/soteria.dev/v1alpha1/namespaces/soteria/operations';
const samples = {
  rss_idle_mib: [] as number[],
  rss_mib: [] as number[],
  delay_ms: [] as number[],
  slowest_ms: [] as number[],
};

async function measure(run: number): Promise<void> {
  const env = { ...(await cluster.functionEnv('console')), SOTERIA_AUTH_REQUIRED: 'false' };
  const running = await runProgram({ name: 'console', args: [bundle?.path ?? ''], env });
  const url = `http://127.0.0.1:${running.port}`;
  try {
    await waitUntil('the console listens', async () => (await fetch(`${url}/v1/operations`)).ok);
    samples.rss_idle_mib.push(running.rssMib());
    const viewers = await Promise.all(
      Array.from({ length: viewerCount }, async () => readEvents(await fetch(`${url}/v1/events`))),
    );
    for (const viewer of viewers) await viewer.take(1);
    const delays: number[] = [];
    for (let change = 0; change < changeCount; change += 1) {
      const name = `soteria-backup-bench-20260101-${String(run * changeCount + change).padStart(6, '0')}`;
      const startedAt = performance.now();
      const object = { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', metadata: { name } };
      await cluster.server.adminClient.must('POST', path, {
        ...object,
        spec: { kind: 'Backup', request: { pvc: 'bench' } },
      });
      const arrived = viewers.map(async (viewer) => {
        await viewer.take(1);
        return performance.now() - startedAt;
      });
      delays.push(...(await Promise.all(arrived)));
    }
    delays.sort((a, b) => a - b);
    samples.delay_ms.push(delays[Math.floor(delays.length / 2)] ?? Number.NaN);
    samples.slowest_ms.push(delays.at(-1) ?? Number.NaN);
    samples.rss_mib.push(running.rssMib());
    for (const viewer of viewers) await viewer.cancel();
  } finally {
    await running.stop();
  }
}

try {
  for (let run = 0; run < runs; run += 1) await measure(run);
  const units = { rss_idle_mib: 'MiB', rss_mib: 'MiB', delay_ms: 'ms', slowest_ms: 'ms' };
  printMeasurements(measurementsOf('console-stream', new Map([[`${viewerCount} viewers`, samples]]), units), isJson);
} finally {
  await cluster.stop();
}
