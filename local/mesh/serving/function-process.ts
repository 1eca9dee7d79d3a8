/** One process of a function: started, watched until its port takes connections, and ended. */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { startProcess } from '../../start-process.ts';

export interface FunctionCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ProcessExit {
  /** Undefined when a signal ended the process. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly lastErrorLine: string;
}

export interface FunctionProcess {
  readonly port: number;
  /** True once the port takes connections; false when the process ended before. */
  readonly listening: Promise<boolean>;
  readonly exited: Promise<ProcessExit>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface FunctionListener {
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
  /** The process could not be started yet. */
  readonly onRetry: (why: string) => void;
}

const probePauseMs = 20;

/** The environment is exactly what is given, plus where to listen. Throws `internal` when the process cannot be started. */
export async function startFunctionProcess(
  { command, args }: FunctionCommand,
  env: Readonly<Record<string, string>>,
  { onLine, onRetry }: FunctionListener,
): Promise<FunctionProcess> {
  const port = await findFreePort();
  // A pod listens on all its addresses; here that would open the port to the whole network.
  const listening = { PORT: String(port), SOTERIA_LISTEN_ADDR: `127.0.0.1:${port}` };
  const child = await startProcess({ command, args, env: { ...env, ...listening } }, onRetry);
  let lastErrorLine = '';
  let isRunning = true;
  const endWithParent = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithParent);
  forwardLines(child.stdout, (line) => onLine('stdout', line));
  forwardLines(child.stderr, (line) => {
    if (line.trim() !== '') lastErrorLine = line;
    onLine('stderr', line);
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, signal) => {
      isRunning = false;
      process.removeListener('exit', endWithParent);
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, lastErrorLine });
    });
  });
  return {
    port,
    listening: waitForPort(port, () => isRunning),
    exited,
    signal: (name) => void child.kill(name),
  };
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function waitForPort(port: number, isRunning: () => boolean): Promise<boolean> {
  while (isRunning()) {
    if (await canConnect(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, probePauseMs));
  }
  return false;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
