/** The user's own check: a program beside the files, with a deadline. */
import { spawn } from 'node:child_process';

export interface CommandFacts {
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly detail: string;
}

const keptOutputBytes = 2000;

/** In the claim's folder, with no environment but a path; its output goes to ours, and its last lines into the verdict. */
export function runCommand(argv: readonly string[], cwd: string, timeoutMs: number): Promise<CommandFacts> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/', SOTERIA_CLAIM: cwd };
    // A group of its own: what it has started ends with it.
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let tail = '';
    let isLate = false;
    const keep = (chunk: Buffer): void => {
      process.stderr.write(chunk);
      tail = (tail + chunk.toString('utf8')).slice(-keptOutputBytes);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ outcome: 'impossible', detail: `${program} cannot be started: ${error.code ?? 'unknown error'}` });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const said = tail.trim().slice(-200);
      const end = code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`;
      if (isLate) resolve({ outcome: 'impossible', detail: `not done after ${timeoutMs / 1000} s` });
      else resolve({ outcome: code === 0 ? 'passed' : 'failed', detail: said === '' ? end : `${end}: ${said}` });
    });
  });
}
