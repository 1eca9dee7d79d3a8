/** A child process that ends with this process. The start is retried while the machine lacks something for a moment. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';

export interface ProcessToStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child: nothing of this process's own environment is added. */
  readonly env: Readonly<Record<string, string>>;
}

/** Codes for a lack of descriptors, processes or memory. */
const lacking: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);
const pausesMs = [100, 300, 1_000, 3_000];

/** Calls `onRetry` after each failed try but the last. Throws `internal` when the process cannot be started. */
export async function startProcess(
  wanted: ProcessToStart,
  onRetry: (why: string) => void,
): Promise<ChildProcessWithoutNullStreams> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await tryOnce(wanted);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      const pauseMs = lacking.has(code) ? pausesMs[tries] : undefined;
      const why = `spawn ${wanted.command} ${code}`;
      if (pauseMs === undefined) {
        const fix = lacking.has(code)
          ? 'raise the limits of this account (ulimit -n, ulimit -u)'
          : 'see that the program is there';
        throw new SoteriaError('internal', { what: 'a process could not be started', why, fix }, { cause });
      }
      onRetry(`${why}: tried again in ${pauseMs} ms`);
      await pause(pauseMs);
    }
  }
}

function tryOnce({ command, args, cwd, env }: ProcessToStart): Promise<ChildProcessWithoutNullStreams> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      // Nothing is written to the child's input: when it closes, the child knows that this process is gone.
      stdio: ['pipe', 'pipe', 'pipe'],
      // The child gets its own group: a Ctrl-C in the terminal reaches this process alone, which then ends its children in order.
      detached: true,
    });
    // Without a free descriptor there are no streams, and the error comes later: add its listener before anything else.
    child.on('error', reject);
    child.once('spawn', () => resolve(child));
  });
}
