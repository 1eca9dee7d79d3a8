/** The whole product as `npm start` runs it, in processes that can be killed: the store with Longhorn and mesh, and each function. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHttpClient } from '@soteria/shared/kubernetes/http-client.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import { waitUntil } from '../servers/wait-until.ts';

const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

export interface Product {
  readonly client: KubernetesClient;
  readonly frontDoorUrl: string;
  /** Store, Longhorn and mesh die at once and start again on what was stored; functions without them are ended too. */
  killStore(): Promise<void>;
  /** Kills one awake function, if any; the mesh starts another when needed. */
  killFunction(choose: (count: number) => number): boolean;
  stop(): Promise<void>;
}

/** Functions of this product and of no other: their file is in its own data folder. */
function functionPids(dataDir: string): number[] {
  const isOurs = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(dataDir, 'functions'));
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) && isOurs(pid) ? [Number(pid)] : []));
}

function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended by itself.
  }
}

export async function startProduct(dataDir: string, port: number): Promise<Product> {
  const client = createHttpClient({ server: new URL(`http://127.0.0.1:${port + 2}`) });
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const args = [main, '--port', String(port), '--data', dataDir, '--no-sample'];
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: 'ignore' });
    const isThere = async () => {
      if (child?.exitCode !== null) throw new Error(`the product ended by itself: exit code ${child?.exitCode}`);
      await client.get(namespaces, { name: 'soteria' });
      // The front door opens last.
      return (await fetch(`http://127.0.0.1:${port}/v1/operations`)).ok;
    };
    await waitUntil('the product answers', isThere, { deadlineMs: 60_000 });
  }

  async function killAll(): Promise<void> {
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    kill(child?.pid);
    await ended;
    for (const pid of functionPids(dataDir)) kill(pid);
  }

  await start();
  return {
    client,
    frontDoorUrl: `http://127.0.0.1:${port}`,
    async killStore() {
      await killAll();
      await start();
    },
    killFunction(choose) {
      const pids = functionPids(dataDir);
      kill(pids[choose(pids.length)]);
      return pids.length > 0;
    },
    stop: killAll,
  };
}
