/**
 * `npm run bench:usage [-- --json] [--runs N] [--versions N]`: measures a bucket of a million object versions by the function as
 * shipped beside `rclone size`. Both read the same pages from the same server on this machine.
 */
import { existsSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../scripts/bundle-functions.ts';
import { startBenchCluster } from './cluster.ts';
import { measureInTurn } from './interleave.ts';
import { readBenchOptions } from './options.ts';
import { measurementsOf, printMeasurements } from './report.ts';
import { createBucketPages } from '../test/usage/bucket-pages.ts';
import { measureOurs } from './usage/measure-ours.ts';
import { measureRclone } from './usage/measure-rclone.ts';
import { servePages } from '../test/usage/serve-pages.ts';
import { shippedEnv } from './usage/shipped-env.ts';

const args = process.argv.slice(2);
const at = args.indexOf('--versions');
const versionCount = at === -1 ? 1_000_000 : Number(args.splice(at, 2)[1]);
const { isJson, runs } = readBenchOptions(args, 3);
const rclone = fileURLToPath(new URL('../.cache/servers/rclone', import.meta.url));
if (!existsSync(rclone)) throw new Error('there is no rclone to compare with: npm run servers builds it');
const pages = createBucketPages({ seed: 'soteria', versionCount });
const { allBytes, allVersions } = pages.totals;
const expected = { bytes: allBytes, objects: allVersions };
await using folder = await mkdtempDisposable(join(tmpdir(), 'soteria-bench-'));
const outDir = folder.path;
const cluster = await startBenchCluster();
const bucket = await servePages(pages);
try {
  const bundle = (await bundleFunctions({ outDir })).find(({ name }) => name === 'b2-usage');
  const env = {
    ...(await cluster.functionEnv('b2-usage')),
    SOTERIA_B2_API: 's3',
    ...shippedEnv(),
    SOTERIA_B2_ENDPOINT: bucket.url,
    SOTERIA_B2_KEY_ID: 'bench',
    SOTERIA_B2_APPLICATION_KEY: 'bench-secret',
    SOTERIA_B2_BUCKETS: 'bench',
  };
  const program = { name: 'b2-usage', args: [bundle?.path ?? ''], env };
  const samples = await measureInTurn(
    [
      { name: 'b2-usage', measure: () => measureOurs(program, cluster.server.adminClient, expected) },
      { name: 'rclone', measure: () => measureRclone(rclone, bucket.url, expected) },
    ],
    runs,
  );
  const units = { measure_s: 's', rss_mib: 'MiB', objects_per_s: '1/s' };
  printMeasurements(measurementsOf('usage', samples, units, 'rclone'), isJson);
} finally {
  await bucket.close();
  await cluster.stop();
}
