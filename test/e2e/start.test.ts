/** `npm start` and `npm run demo` as a user runs them: real processes, real signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { repositoryDir } from '../manifests/installation.ts';
import { findFreePort } from '../servers/free-port.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { listeningAddresses, processTree, stillRunning } from './process-tree.ts';

const scratch = mkdtempSync(join(tmpdir(), 'soteria-start-'));
const running: ChildProcess[] = [];
let count = 0;

afterAll(() => {
  // Only processes of this file that a failed test has left.
  for (const { pid } of running) {
    for (const left of processTree(pid ?? 0)) process.kill(left, 'SIGKILL');
  }
  rmSync(scratch, { recursive: true, force: true });
});

function freshDir(): string {
  count += 1;
  return join(scratch, `data-${count}`);
}

interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  /** Waits for the end: the exit code, or the signal's name. */
  end(): Promise<number | string>;
}

/** In its own process group, as a shell starts it. */
function run(script: string, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, ['scripts/run.mjs', script, ...args], {
    cwd: repositoryDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, TMPDIR: scratch },
  });
  running.push(child);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString('utf8');
    });
  }
  const ended = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    child,
    output: () => texts.stdout,
    errors: () => texts.stderr,
    end: async () => {
      const [code, signal] = await ended;
      return code ?? signal;
    },
  };
}

const start = (...args: readonly string[]): Started => run('local/main.ts', ...args);

async function untilReady(started: Started): Promise<void> {
  await waitUntil('npm start is ready', () => started.output().includes('Soteria is ready.'), {
    deadlineMs: 60_000,
    assertPossible: () => {
      if (started.child.exitCode !== null) throw new Error(`it ended: ${started.errors()}`);
    },
  });
}

/** People press Ctrl-C twice; by then the process may have ended. */
function pressAgain({ pid }: Started): void {
  try {
    process.kill(-pid, 'SIGINT');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The bundler's process ends by itself once no process is connected to it. */
async function untilGone(tree: readonly number[]): Promise<void> {
  expect(tree.length).toBeGreaterThan(1);
  await waitUntil(`of the processes ${tree.join(', ')} none is left`, () => stillRunning(tree).length === 0, {
    deadlineMs: 2_000,
  });
}

/** The address in a line such as `  broker       http://…`. */
function addressOf(started: Started, name: string): string {
  return new RegExp(`^ +${name} +(http://\\S+)$`, 'm').exec(started.output())?.[1] ?? '';
}

/** Three free ports in a row: front door, broker, API server. */
async function findThreePorts(): Promise<number> {
  return waitUntil('three free ports in a row', async () => {
    const first = await findFreePort();
    return (await Promise.all([first, first + 1, first + 2].map(isFree))).every(Boolean) && first;
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1');
    server.once('error', () => resolve(false));
    server.once('listening', () => server.close(() => resolve(true)));
  });
}

describe('npm start', () => {
  it('gets ready, listens on loopback only, and ends with everything it started at Ctrl-C', async () => {
    const started = start('--port', '0', '--data', freshDir());
    await untilReady(started);
    const body = JSON.stringify({ namespace: 'sample', pvc: 'notes' });
    const headers = { 'content-type': 'application/json' };
    const asked = await fetch(`${addressOf(started, 'front door')}/backup`, { method: 'POST', headers, body });
    expect(asked.status).toBe(202);

    const tree = processTree(started.pid);
    const addresses = listeningAddresses(tree);
    // Front door, broker, API server, one listener for each Service, and the function that is awake.
    expect(addresses.length).toBeGreaterThanOrEqual(6);
    expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);

    // A terminal sends the signal to the whole group: to the launcher, which passes it on, and to the process itself.
    process.kill(-started.pid, 'SIGINT');
    await waitUntil('it stops', () => started.output().includes('Ctrl-C: stopping …'), { everyMs: 1 });
    pressAgain(started);
    expect(await started.end()).toBe(0);
    expect(started.output()).toContain('Stopped. Everything is kept.');
    expect(started.errors()).toBe('');
    await untilGone(tree);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('ends at %s too, and leaves no process', async (signal) => {
    const started = start('--port', '0', '--data', freshDir(), '--no-sample');
    await untilReady(started);
    expect((await fetch(`${addressOf(started, 'front door')}/operations`)).status).toBe(200);
    const tree = processTree(started.pid);
    process.kill(started.pid, signal);
    expect(await started.end()).toBe(0);
    await untilGone(tree);
  });

  it.each(['launcher', 'process itself'])('leaves no process when its %s is killed with SIGKILL', async (which) => {
    const started = start('--port', '0', '--data', freshDir(), '--no-sample');
    await untilReady(started);
    expect((await fetch(`${addressOf(started, 'front door')}/operations`)).status).toBe(200);
    const tree = processTree(started.pid);
    const [launcher, itself] = tree;
    const victim = which === 'launcher' ? launcher : itself;
    if (victim === undefined) return expect.unreachable('there are a launcher and a process');
    process.kill(victim, 'SIGKILL');
    await started.end();
    await waitUntil('none is left', () => stillRunning(tree).length === 0, { deadlineMs: 20_000 });
  });

  it('uses the given ports, and refuses clearly when a port or the data folder is in use', async () => {
    const port = await findThreePorts();
    const dataDir = freshDir();
    const first = start('--port', String(port), '--data', dataDir, '--no-sample');
    await untilReady(first);
    expect(addressOf(first, 'front door')).toBe(`http://127.0.0.1:${port}/v1`);
    expect(addressOf(first, 'broker')).toBe(`http://127.0.0.1:${port + 1}/soteria/default`);
    expect(addressOf(first, 'API server')).toBe(`http://127.0.0.1:${port + 2}`);

    const samePort = start('--port', String(port), '--data', freshDir(), '--no-sample');
    const sameData = start('--port', '0', '--data', dataDir, '--no-sample');
    expect(await samePort.end()).toBe(1);
    expect(samePort.errors()).toMatch(
      /^soteria: .*127\.0\.0\.1:\d+\n {2}why: the port is in use.*\n {2}fix: .*choose another/,
    );
    expect(await sameData.end()).toBe(1);
    expect(sameData.errors()).toMatch(
      /^soteria: .*\n {2}why: the process \d+ is using the same data\n {2}fix: .*its own data directory/,
    );

    // The process that was there first still runs.
    expect((await fetch(`${addressOf(first, 'front door')}/operations`)).status).toBe(200);
    process.kill(first.pid, 'SIGINT');
    expect(await first.end()).toBe(0);
  });

  it('prints its usage, and refuses unknown arguments', async () => {
    const help = start('--help');
    const unknown = start('--prot', '8080');
    const noNumber = start('--port', 'many');
    expect(await help.end()).toBe(0);
    for (const option of ['--port', '--data', '--no-sample', '--kubeconfig', '--settings'])
      expect(help.output()).toContain(option);
    expect(await unknown.end()).toBe(1);
    expect(unknown.errors()).toMatch(/^soteria: .*\n {2}why: .*--prot.*\n {2}fix: see npm start -- --help\n$/);
    expect(await noNumber.end()).toBe(1);
    expect(noNumber.errors()).toContain('why: --port many is not a port number');
  });
});

describe('npm run demo', () => {
  const mainJob = ['backup.first', 'backup.incremental', 'backup.bytes_equal'];
  const report = z.strictObject({
    ok: z.boolean(),
    steps: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), ms: z.int(), detail: z.string() })),
  });

  it('passes every step, and reports that to machines in its last line', async () => {
    const demo = run('local/demo-main.ts', '--json');
    expect(await demo.end()).toBe(0);
    const { ok, steps } = report.parse(JSON.parse(demo.output().trimEnd().split('\n').at(-1) ?? ''));
    expect(ok).toBe(true);
    expect(steps.filter((step) => !step.ok)).toEqual([]);
    const names = steps.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(mainJob);
    expect(names.slice(-5)).toEqual([
      'policy.due',
      'policy.caught_up',
      'policy.unprotected_told',
      'notify.failure_and_recovery',
      'policy.pruned',
    ]);
  });

  it('gets every byte back when only the target and a file of settings are left, and when only the target is left', async () => {
    const demo = run('local/demo-main.ts', '--disaster', '--json');
    expect(await demo.end(), demo.output() + demo.errors()).toBe(0);
    const { ok, steps } = report.parse(JSON.parse(demo.output().trimEnd().split('\n').at(-1) ?? ''));
    expect(ok).toBe(true);
    expect(steps.map(({ name }) => name)).toEqual([
      'backup.whole_namespace',
      'restore.cluster_gone',
      'policy.back_from_git',
      'restore.adopted',
    ]);
    expect(steps[1]?.detail).toMatch(/2 claims, [1-9]\d* files, every SHA-256 equal/);
    expect(readdirSync(scratch).filter((name) => name.startsWith('soteria-demo'))).toEqual([]);
  });

  it('refuses to delete a cluster that is not its own', async () => {
    const demo = run('local/demo-main.ts', '--disaster', '--kubeconfig', '/nowhere');
    expect(await demo.end()).toBe(1);
    expect(demo.errors()).toMatch(/^soteria: the demo of a disaster was not begun\n {2}why: .*--kubeconfig/);
  });

  it('refuses unknown arguments too', async () => {
    const demo = run('local/demo-main.ts', '--jsn');
    expect(await demo.end()).toBe(1);
    expect(demo.errors()).toMatch(/^soteria: .*\n {2}why: .*--jsn.*\n {2}fix: /);
  });

  it('leaves neither processes nor data when it is interrupted', async () => {
    const demo = run('local/demo-main.ts');
    await waitUntil('the demo is under way', () => demo.output().includes('woke up'));
    expect(readdirSync(scratch).filter((name) => name.startsWith('soteria-demo'))).not.toEqual([]);
    const tree = processTree(demo.pid);
    process.kill(-demo.pid, 'SIGINT');
    expect(await demo.end()).toBe(130);
    await untilGone(tree);
    expect(readdirSync(scratch).filter((name) => name.startsWith('soteria-demo'))).toEqual([]);
  });
});
