/** One process of a function: started, watched until its port takes connections, and ended. */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface FunctionCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ProcessExit {
  /** Undefined when a signal ended the process, or it could not be started at all. */
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

const probePauseMs = 20;

/** The environment is exactly what is given, plus where to listen: nothing of this process's own gets in. */
export async function startFunctionProcess(
  { command, args }: FunctionCommand,
  env: Readonly<Record<string, string>>,
  onLine: (stream: 'stdout' | 'stderr', line: string) => void,
): Promise<FunctionProcess> {
  const port = await findFreePort();
  // A group of its own: Ctrl-C in the terminal reaches the mesh alone, which then drains its functions in order.
  const child = spawn(command, args, {
    // A pod listens on all its addresses; here that would be the whole network's.
    env: { ...env, PORT: String(port), SOTERIA_LISTEN_ADDR: `127.0.0.1:${port}` },
    // Nothing is written to its input: that it closes tells the child that we are gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
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
    const end = (exitCode: number | undefined, signal: string | undefined): void => {
      isRunning = false;
      process.removeListener('exit', endWithParent);
      resolve({ exitCode, signal, lastErrorLine });
    };
    child.once('error', () => {
      lastErrorLine = `cannot start ${command}`;
      end(undefined, undefined);
    });
    child.once('close', (code, signal) => end(code ?? undefined, signal ?? undefined));
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
