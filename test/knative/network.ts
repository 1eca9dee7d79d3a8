/**
 * A host for each part of the mesh: Knative's programs bind fixed ports on all addresses, so two of them cannot live on one host. Each host is
 * a network namespace on a bridge of its own; nothing leaves this machine.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { join } from 'node:path';

export interface Host {
  readonly ip: string;
  /** The command line that runs a program on this host. */
  run(program: string, args: readonly string[]): { readonly program: string; readonly args: readonly string[] };
  /** Makes a port of this machine's 127.0.0.1 reachable on the host's own 127.0.0.1. */
  lend(port: number): Promise<void>;
}

export interface Network {
  /** The address of this machine, as the hosts see it. */
  readonly gateway: string;
  /** `knows`: the addresses of names that only a cluster's DNS has. */
  addHost(name: string, knows?: Readonly<Record<string, string>>): Host;
  /** Makes a port of 127.0.0.1 reachable for the hosts on the same port of the gateway. */
  forward(port: number): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a host's own loopback address. */
const lender = `
const { createServer, connect } = require('node:net');
const [port, gateway] = process.argv.slice(1);
createServer((from) => {
  const to = connect(Number(port), gateway);
  from.pipe(to).pipe(from);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
`;

const hostsDir = '/etc/netns';

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Undefined when this machine can make network namespaces; otherwise the reason why not. */
export function whyNoNetwork(): string | undefined {
  const probe = `soteria-probe-${randomBytes(2).toString('hex')}`;
  try {
    ip('netns', 'add', probe);
    ip('netns', 'del', probe);
    return undefined;
  } catch {
    return 'network namespaces cannot be made here (that needs root and the program `ip` of iproute2)';
  }
}

export function createNetwork(): Network {
  const id = randomBytes(2).toString('hex');
  const subnet = `10.222.${randomInt(1, 255)}`;
  const gateway = `${subnet}.1`;
  const bridge = `sot${id}`;
  const names: string[] = [];
  const forwards = new Map<number, Server>();
  const lenders: ChildProcess[] = [];

  async function forward(port: number): Promise<void> {
    if (forwards.has(port)) return;
    const server = createServer((from) => {
      const to = connect(port, '127.0.0.1');
      from.pipe(to).pipe(from);
      from.on('error', () => to.destroy());
      to.on('error', () => from.destroy());
    });
    forwards.set(port, server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, gateway, resolve);
    });
  }

  ip('link', 'add', bridge, 'type', 'bridge');
  ip('addr', 'add', `${gateway}/24`, 'dev', bridge);
  ip('link', 'set', bridge, 'up');

  return {
    gateway,
    addHost(name, knows = {}) {
      const namespace = `sot${id}-${name}`;
      const inside = `s${id}${names.length}i`;
      const outside = `s${id}${names.length}o`;
      const address = `${subnet}.${names.length + 2}`;
      ip('netns', 'add', namespace);
      names.push(namespace);
      ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
      ip('link', 'set', inside, 'netns', namespace);
      ip('link', 'set', outside, 'master', bridge, 'up');
      const within = (...args: string[]) => ip('-n', namespace, ...args);
      const lines = Object.entries({ localhost: '127.0.0.1', ...knows }).map(([known, at]) => `${at} ${known}\n`);
      // The file that `ip netns exec` mounts over /etc/hosts.
      mkdirSync(join(hostsDir, namespace), { recursive: true });
      writeFileSync(join(hostsDir, namespace, 'hosts'), lines.join(''));
      within('link', 'set', 'lo', 'up');
      within('addr', 'add', `${address}/24`, 'dev', inside);
      within('link', 'set', inside, 'up');
      within('route', 'add', 'default', 'via', gateway);
      return {
        ip: address,
        run: (program, args) => ({ program: 'ip', args: ['netns', 'exec', namespace, program, ...args] }),
        async lend(port) {
          await forward(port);
          const args = ['netns', 'exec', namespace, process.execPath, '-e', lender, String(port), gateway];
          const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
          lenders.push(child);
          await once(child.stdout, 'data');
        },
      };
    },
    forward,
    async close() {
      for (const child of lenders) child.kill('SIGKILL');
      for (const server of forwards.values()) server.close();
      for (const name of names) {
        ip('netns', 'del', name);
        rmSync(join(hostsDir, name), { recursive: true, force: true });
      }
      ip('link', 'del', bridge);
    },
  };
}
