/** `rclone size` of the same bucket, its versions too. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { peakRssKib } from '../run-program.ts';
import type { Totals } from './measure-ours.ts';

/** Throws when the sums are not `expected`. */
export async function measureRclone(
  binary: string,
  endpoint: string,
  expected: Totals,
): Promise<Record<string, number>> {
  const keys = 'access_key_id=bench,secret_access_key=bench-secret,force_path_style=true,list_chunk=1000,versions=true';
  const remote = `:s3,provider=Other,endpoint='${endpoint}',${keys}:bench`;
  const startedAt = performance.now();
  const child = spawn(binary, ['size', remote, '--fast-list', '--json', '--config', '/dev/null'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let peakKib = 0;
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  // The kernel keeps the peak as long as the process lives: the last look is before its end.
  const looking = setInterval(() => (peakKib = Math.max(peakKib, peakRssKib(child.pid ?? 0))), 50);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(looking);
  const seconds = (performance.now() - startedAt) / 1000;
  if (code !== 0) throw new Error(`rclone ended with ${code}: ${printed.slice(-1000)}`);
  const { bytes, count } = JSON.parse(printed) as { bytes: number; count: number };
  if (bytes !== expected.bytes || count !== expected.objects)
    throw new Error(`rclone measured ${bytes} bytes in ${count}, there are ${JSON.stringify(expected)}`);
  return { measure_s: seconds, rss_mib: peakKib / 1024, objects_per_s: count / seconds };
}
