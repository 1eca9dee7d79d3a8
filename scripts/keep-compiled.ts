/**
 * Keeps, beside every bundled program of a folder, what V8 compiles of it at its start and with its first event: each is started, woken
 * and stopped. While the image is built this file runs on the image's own Node:
 *
 *     node keep-compiled.ts FOLDER
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { loadProgram } from './compiled-program.ts';

const runOption = '--run';

/** It starts the others. */
const starter = 'start.cjs';

/** What wakes functions in a cluster. One that has no use for it refuses it, which is a way worth knowing too. */
const events = [
  { type: 'dev.knative.sources.ping', data: {} },
  {
    type: 'dev.knative.apiserver.ref.add',
    data: { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace: 'soteria', name: 'first' },
  },
] as const;

/** Keeps the compiled code of every program in the folder; throws when a program cannot be run. */
export async function keepCompiled(folder: string): Promise<void> {
  const programs = globSync('*.cjs', { cwd: folder }).filter((name) => name !== starter);
  if (programs.length === 0) throw new Error(`no program to compile: ${folder} holds no .cjs file`);
  const account = mountAccount();
  await Promise.all(programs.map((name) => runOnce(join(folder, name), account.env)));
  rmSync(account.dir, { recursive: true });
  const missing = programs.filter((name) => !existsSync(join(folder, `${name}.compiled`)));
  if (missing.length > 0) throw new Error(`nothing was kept of ${missing.join(', ')}`);
}

/** A pod's account of a cluster where nobody listens: a function goes all the way to the connection, reports the failure and ends. */
function mountAccount(): { dir: string; env: Record<string, string> } {
  const dir = mkdtempSync(join(tmpdir(), 'account-'));
  writeFileSync(join(dir, 'token'), 'none');
  writeFileSync(join(dir, 'ca.crt'), rootCertificates[0] ?? '');
  writeFileSync(join(dir, 'namespace'), 'soteria');
  const host = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };
  return { dir, env: { ...host, SOTERIA_SERVICE_ACCOUNT_DIR: dir, SOTERIA_LISTEN_ADDR: '127.0.0.1:0' } };
}

/** A program that does not listen, such as the runner, has ended by itself before it is woken. */
async function runOnce(program: string, env: Record<string, string>): Promise<void> {
  rmSync(`${program}.compiled`, { force: true });
  const args = [fileURLToPath(import.meta.url), runOption, program];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const port = await Promise.race([listeningPort(child), ended.then(() => undefined)]);
  if (port !== undefined) {
    for (const event of events) await wake(port, event);
    child.kill('SIGTERM');
  }
  // Only now has it been kept.
  await ended;
}

/** By its first log line. Never, when it says no such thing. */
async function listeningPort({ stdout }: ChildProcess): Promise<number> {
  for await (const line of stdout === null ? [] : createInterface(stdout)) {
    const port = /"event":"function_started".*"address":"[^"]*:(\d+)"/.exec(line)?.[1];
    if (port === undefined) continue;
    // What it says from here on is read away, or it could not go on.
    stdout?.resume();
    return Number(port);
  }
  return new Promise(() => undefined);
}

/** Whatever it answers. */
async function wake(port: number, { type, data }: (typeof events)[number]): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/apis/v1/namespaces/soteria/pingsources/sweep',
    'ce-time': new Date().toISOString(),
    'ce-type': type,
  };
  const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent: false, headers });
  outgoing.end(JSON.stringify(data));
  const [answer] = await once(outgoing, 'response');
  answer.resume();
  await once(answer, 'end');
}

/** In a process of its own: as it ends, all that it ever called has been compiled. */
function runAndKeep(path: string): void {
  const program = loadProgram(path);
  process.on('exit', () => program.keep());
  process.argv = [process.execPath, path];
  program.run();
}

if (import.meta.main) {
  const [first = '', path = ''] = process.argv.slice(2);
  if (first === runOption) runAndKeep(path);
  else await keepCompiled(first);
}
