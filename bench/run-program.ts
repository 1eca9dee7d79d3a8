/** Starts a program on a free port of this machine, with its own environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findFreePort } from '../test/servers/free-port.ts';
import type { Program } from './programs.ts';

export interface RunningProgram {
  readonly port: number;
  /** An instant of `performance.now()`. */
  readonly startedAt: number;
  rssMib(): number;
  /** The peak memory; Linux only. */
  peakRssMib(): number;
  /** Throws when the program has ended by itself, with its last output. */
  assertRunning(this: void): void;
  stop(): Promise<void>;
}

export async function runProgram({ name, args, env, portVariable = 'PORT' }: Program): Promise<RunningProgram> {
  const port = await findFreePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...env, PORT: String(port), [portVariable]: String(port), SOTERIA_LISTEN_ADDR: `127.0.0.1:${port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const words: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started`);
  return {
    port,
    startedAt,
    rssMib: () => readRssKib(pid) / 1024,
    peakRssMib: () => peakRssKib(pid) / 1024,
    assertRunning() {
      if (hasEnded(child)) throw new Error(`${name} has ended: ${words.join('').slice(-2000)}`);
    },
    async stop() {
      if (hasEnded(child)) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function readRssKib(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (existsSync(file)) return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1]);
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}

/** 0 for a process that has ended. */
export function peakRssKib(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
