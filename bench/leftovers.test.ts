/** A bench that cannot start leaves nothing in the system's temporary folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'soteria-leftovers-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

function run(bench: string): Promise<{ readonly code: unknown; readonly stderr: string }> {
  // Without an API server no bench can begin.
  const env = { ...process.env, TMPDIR: scratch, KUBEBUILDER_ASSETS: join(scratch, 'nowhere') };
  const main = join(import.meta.dirname, `${bench}-main.ts`);
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env }, (error, _out, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
}

// The bench of restores is left out: it first copies its bytes for a minute, and cleans up as these do.
test.each(['backup', 'cold-start', 'events', 'idle', 'mesh'])(
  'the bench %s leaves nothing when it cannot start',
  async (bench) => {
    const { code, stderr } = await run(bench);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('no etcd');
    expect(await readdir(scratch)).toEqual([]);
  },
  120_000,
);
