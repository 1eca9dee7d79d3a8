/** Runs one container as a process: starts it, reads its output, ends it. */
import { open, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { endWithParent } from '../end-with-parent.ts';
import { startProcess } from '../start-process.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ProcessPlan } from './plan-process.ts';

/** Kubernetes cuts a termination message at this length. */
const longestMessageBytes = 4096;
/** The exit code of a shell for a missing program. */
const notFound = 127;

export interface ContainerEnd {
  readonly exitCode: number;
  readonly signal: number | undefined;
  /** `Completed`, `Error`, or `StartError`. */
  readonly reason: string;
  readonly message: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

export interface RunningContainer {
  readonly ended: Promise<ContainerEnd>;
  kill(): void;
}

export interface RunOptions {
  /** Undefined: the image has no such program. */
  readonly plan: ProcessPlan | undefined;
  readonly terminationMessageFile: string;
  /** The last lines of the output are the message when the process leaves none. */
  readonly isOutputMessage: boolean;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly now: () => Date;
}

export async function runContainer(options: RunOptions): Promise<RunningContainer> {
  const { plan, terminationMessageFile, onLine, now } = options;
  const startedAt = now();
  if (plan === undefined) return neverStarted('no such program in the image', startedAt);
  await writeFile(terminationMessageFile, '');
  const tail: string[] = [];
  const wanted = { command: process.execPath, args: [...endWithParent, ...plan.args], cwd: plan.cwd, env: plan.env };
  const child = await startProcess(wanted, (why) => onLine('stderr', why)).catch((thrown: unknown) => {
    onLine('stderr', thrown instanceof SoteriaError ? thrown.explanation.why : 'the process could not be started');
  });
  if (child === undefined) return neverStarted('the process could not be started', startedAt);
  const kill = (): void => {
    try {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended in this very moment.
    }
  };
  process.once('exit', kill);
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 80) tail.shift();
      onLine(stream, line);
    });
  }
  const ended = new Promise<ContainerEnd>((resolve) => {
    const end = async (exitCode: number, reason: string): Promise<void> => {
      process.removeListener('exit', kill);
      const left = await readMessage(terminationMessageFile);
      const output = options.isOutputMessage && exitCode !== 0 ? tail.join('\n').slice(-2048) : '';
      const message = left === '' ? output : left;
      resolve({ exitCode, signal: signalOf(exitCode), reason, message, startedAt, finishedAt: now() });
    };
    child.once('close', (code) => void end(code ?? 137, code === 0 ? 'Completed' : 'Error'));
  });
  return { ended, kill };
}

function neverStarted(message: string, at: Date): RunningContainer {
  const end = { exitCode: notFound, signal: undefined, reason: 'StartError', startedAt: at, finishedAt: at };
  return { ended: Promise.resolve({ ...end, message }), kill: () => undefined };
}

function signalOf(exitCode: number): number | undefined {
  return exitCode > 128 ? exitCode - 128 : undefined;
}

/** The output as a text, cut to the limit. */
async function readMessage(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestMessageBytes), 0, longestMessageBytes, 0);
  return buffer.subarray(0, bytesRead).toString('utf8');
}
