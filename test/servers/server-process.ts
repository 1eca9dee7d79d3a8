/** One server process of the test bed: its log in a file, its end reported, and never left behind. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithRun } from './end-with-run.ts';

export interface ServerProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly logPath: string;
  /** Throws with the end of the log when the process has ended. */
  assertRunning(): void;
  /** SIGTERM, then SIGKILL after the grace; returns when the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

const LOG_TAIL_LINES = 15;

export function startServerProcess(
  name: string,
  path: string,
  args: readonly string[],
  logPath: string,
): ServerProcess {
  const log = openSync(logPath, 'a');
  const child = spawn(path, args, { stdio: ['ignore', log, log] });
  closeSync(log);

  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      end = `could not be started: ${error.message}`;
      resolve();
    });
    child.on('exit', (code, signal) => {
      end ??= `ended with ${signal ?? `code ${code}`}`;
      resolve();
    });
  });
  const hasEnded = endWithRun(() => child.kill('SIGKILL'));

  return {
    name,
    pid: child.pid,
    logPath,
    assertRunning() {
      if (end === undefined) return;
      const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n  ');
      throw new Error(`${name} ${end}. The end of its log:\n  ${tail}`);
    },
    async stop(graceMs = 3_000) {
      if (end === undefined) {
        child.kill('SIGTERM');
        await Promise.race([ended, pause(graceMs, undefined, { ref: false })]);
        if (end === undefined) child.kill('SIGKILL');
        await ended;
      }
      hasEnded();
    },
  };
}
