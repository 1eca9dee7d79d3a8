// Runs a script of this repository on the Node it is written for, whatever Node the machine has.
//
//   node scripts/run.mjs FILE [ARGS]        a TypeScript or JavaScript file of this repository
//   node scripts/run.mjs --bin NAME [ARGS]  a command-line tool of a dependency
//
// Does its own set-up: installs the locked dependencies when they are missing or the lockfile has changed since. This one
// file must run on old Node versions, so it is plain JavaScript without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

function installDependencies() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.soteria-installed');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (installed === wanted) return;
  console.error('soteria: installing the locked dependencies (once) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0) {
    console.error(
      'soteria: `npm ci` failed, see above. Check the network to your npm registry, then run the command again.',
    );
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) === NODE_MAJOR) return process.execPath;
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  console.error(
    `soteria: needs Node ${NODE_MAJOR}, this is ${process.version}, and the npm registry has no pinned Node for ` +
      `${process.platform}-${process.arch}. Install Node ${NODE_MAJOR} and run the command again.`,
  );
  return process.exit(1);
}

installDependencies();
const node = findNode();
const [first, ...rest] = process.argv.slice(2);
if (first === undefined) {
  console.error('usage: node scripts/run.mjs FILE [ARGS] | --bin NAME [ARGS]');
  process.exit(2);
}
const target =
  first === '--bin' ? [join(root, 'node_modules', '.bin', rest[0]), ...rest.slice(1)] : [join(root, first), ...rest];
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...target], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    NODE_OPTIONS: process.env.NODE_OPTIONS ?? '',
    // Killed with SIGKILL it can pass nothing on: a script that stays may look whether it is still there.
    SOTERIA_LAUNCHER_PID: String(process.pid),
  },
});
// Ctrl-C reaches the child by itself (same terminal); the launcher only has to outlive it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
