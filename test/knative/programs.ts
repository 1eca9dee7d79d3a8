/** Knative's own programs, each started on a host of its own as Knative's Deployments start them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtServersDir } from '../servers/find-server-binaries.ts';
import { type ServerProcess, startServerProcess } from '../servers/server-process.ts';
import type { Host } from './network.ts';

const programs = ['ingress', 'filter', 'dispatcher', 'apiserver-source', 'mtping', 'queue'] as const;
export type Program = (typeof programs)[number];

const binaryOf = (program: Program): string => join(builtServersDir, `knative-${program}`);

/** The folder that `npm run servers` builds into. */
export function listMissingPrograms(): readonly string[] {
  return programs.map(binaryOf).filter((path) => !existsSync(path));
}

export interface ProgramStart {
  readonly program: Program;
  readonly host: Host;
  readonly env: Readonly<Record<string, string>>;
  readonly logDir: string;
  /** The name in its log and in messages; left out: the program's name. */
  readonly name?: string;
}

/** Gets only the PATH from this process's own environment. */
export function startProgram({ program, host, env, logDir, name = program }: ProgramStart): ServerProcess {
  const assignments = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const path = `PATH=${process.env['PATH'] ?? ''}`;
  const line = host.run('env', ['-i', path, ...assignments, binaryOf(program)]);
  return startServerProcess(name, line.program, line.args, join(logDir, `${name}.log`));
}
