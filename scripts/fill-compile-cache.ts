/**
 * Fills Node's compile cache (https://nodejs.org/api/module.html#module-compile-cache) for the bundled programs of a folder: each is
 * started, woken once and stopped, and Node keeps what V8 compiled for it. The cache is good for the very Node, user and paths that
 * made it; for all others it is as if there were none. While the image is built this file runs on the image's own Node:
 *
 *     node fill-compile-cache.ts FOLDER CACHE
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rootCertificates } from 'node:tls';

/** It is read for a kubeconfig only, which no pod has. */
const leftOut = 'client-node.cjs';

/** What wakes functions in a cluster. One that has no use for it refuses it, which is a way worth knowing too. */
const events = [
  { type: 'dev.knative.sources.ping', data: {} },
  {
    type: 'dev.knative.apiserver.ref.add',
    data: { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace: 'soteria', name: 'first' },
  },
] as const;

/** Of every program in the folder; throws when one cannot be run or Node has kept nothing for it. */
export async function fillCompileCache(folder: string, cacheDir: string): Promise<void> {
  const programs = globSync('*.cjs', { cwd: folder }).filter((name) => name !== leftOut);
  if (programs.length === 0) throw new Error(`no program to compile: ${folder} holds no .cjs file`);
  const account = mountAccount();
  await Promise.all(
    programs.map((name) => runOnce(join(folder, name), { ...account.env, NODE_COMPILE_CACHE: cacheDir })),
  );
  rmSync(account.dir, { recursive: true });
  const kept = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  if (kept.length !== programs.length) {
    throw new Error(`Node kept what it compiled for ${kept.length} of ${programs.length} programs in ${cacheDir}`);
  }
}

/** A pod's account of a cluster where nobody listens: a function goes all the way to the connection, says so and is done. */
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
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const port = await Promise.race([listeningPort(child), ended.then(() => undefined)]);
  if (port !== undefined) {
    for (const event of events) await wake(port, event);
    child.kill('SIGTERM');
  }
  // Only now has Node written what it keeps.
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

if (import.meta.main) {
  const [folder = '', cacheDir = ''] = process.argv.slice(2);
  await fillCompileCache(folder, cacheDir);
}
