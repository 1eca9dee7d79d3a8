import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startProcess } from './start-process.ts';

const noArguments = { args: [], env: {} };

describe('a child process', () => {
  it('that cannot be started gives an error with the reason, and ends nothing else', async () => {
    const started = startProcess({ command: '/not/there', ...noArguments }, () => undefined);
    await expect(started).rejects.toMatchObject({ explanation: { why: 'spawn /not/there ENOENT' } });
  });

  it('is started once a descriptor is free again, and each failed try is reported', async () => {
    // In its own process, which may open few files.
    const script = `
      import { openSync, closeSync } from 'node:fs';
      import { startProcess } from ${JSON.stringify(join(import.meta.dirname, 'start-process.ts'))};
      const wanted = { command: process.execPath, args: ['-e', 'console.log("it runs")'], env: {} };
      // The modules that a first use loads need descriptors too.
      (await startProcess(wanted, () => {})).kill();
      const open = [];
      try { for (;;) open.push(openSync('/dev/null')); } catch {}
      setTimeout(() => open.forEach(closeSync), 250);
      const child = await startProcess(wanted, (why) => console.log(why));
      for await (const text of child.stdout) process.stdout.write(text);
    `;
    const few = 'ulimit -n 96; exec "$0" --disable-warning=ExperimentalWarning --input-type=module -e "$1"';
    const { stdout } = await promisify(execFile)('bash', ['-c', few, process.execPath, script]);
    expect(stdout).toMatch(/^spawn \S+ EMFILE: tried again in 100 ms\n(.*\n)*it runs\n$/);
  });
});
