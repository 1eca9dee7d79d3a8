/**
 * `npm run servers`: builds the servers that the tests run on, from source, into `.cache/servers`. What is there and current
 * stays; from nothing it takes about a quarter of an hour on two cores, most of them for kube-apiserver.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeLonghorn } from './compose-longhorn.ts';
import { longhornManager, type PinnedServer, printsVersion, readServerPins, toolFolders } from './server-pins.ts';
import { installDebianTool } from './install-debian-tool.ts';
import { installPythonTool } from './install-python-tool.ts';
import { stopWith } from './stop-with.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const toolsDir = join(root, 'test/tools');
const serversDir = join(root, '.cache/servers');

const env = { ...process.env, CGO_ENABLED: '0' };

const binaryOf = (server: PinnedServer) => join(serversDir, server.name);
const stampOf = (server: PinnedServer) => join(serversDir, `.${server.name}.stamp`);

function isCurrent(server: PinnedServer): boolean {
  if (!existsSync(binaryOf(server))) return false;
  if (existsSync(stampOf(server))) return readFileSync(stampOf(server), 'utf8') === server.stamp;
  if (server.versionArgs === undefined) return false;
  // Put there by hand or by a cache of the CI: its own word decides, once.
  const printed = spawnSync(binaryOf(server), server.versionArgs, { encoding: 'utf8' }).stdout ?? '';
  if (!printsVersion(printed, server)) return false;
  writeFileSync(stampOf(server), server.stamp);
  return true;
}

function requireGo(): void {
  if (spawnSync('go', ['version'], { cwd: toolsDir, stdio: 'ignore' }).status === 0) return;
  stopWith({
    what: 'The servers for the API-server tests cannot be built.',
    why: '`go` is not on the PATH, or it is too old and cannot fetch the version that test/tools/go.mod names.',
    fix: 'install Go (https://go.dev/dl) and run `npm run servers` again, or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver. All other tests run without.',
  });
}

function build(server: PinnedServer, moduleDir: string): void {
  const startedAt = performance.now();
  console.log(
    `${server.name}: building ${server.version} …${server.name === 'kube-apiserver' ? ' (the long one)' : ''}`,
  );
  // Under another name until it is whole: a build that is cut short must not leave half a server.
  const unfinished = `${binaryOf(server)}.building`;
  const args = ['build', '-trimpath', '-ldflags', server.linkerFlags, '-o', unfinished, server.goPackage];
  const into = join(root, '.cache/longhorn-manager');
  const hasSources = server.module !== longhornManager || composeLonghorn({ moduleDir, version: server.version, into });
  const built = hasSources && spawnSync('go', args, { cwd: moduleDir, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (built === false || built.status !== 0) {
    stopWith({
      what: `${server.name} ${server.version} could not be built.`,
      why: 'the Go compiler stopped; its own words are above.',
      fix: 'a module that cannot be fetched needs a Go module proxy (`go env GOPROXY`); a killed compiler needs 2 GB of memory. Then run `npm run servers` again: what is built stays.',
    });
  }
  renameSync(unfinished, binaryOf(server));
  writeFileSync(stampOf(server), server.stamp);
  console.log(`${server.name}: built in ${Math.round((performance.now() - startedAt) / 1000)} s`);
}

mkdirSync(serversDir, { recursive: true });
for (const name of ['moto', 'schemathesis'] as const) {
  const requirementsFile = join(toolsDir, name, 'requirements.txt');
  console.log(installPythonTool({ name, requirementsFile, serversDir }));
}
for (const name of ['ntfy'] as const) console.log(installDebianTool(name, serversDir));
const servers = toolFolders.flatMap((folder) => {
  const moduleDir = join(toolsDir, folder);
  const read = (path: string) => readFileSync(join(moduleDir, path), 'utf8');
  // The outermost folder has no sources of ours: the sources below it belong to the other tools.
  const ownSources = folder === '.' ? [] : globSync('**/*.go', { cwd: moduleDir }).toSorted();
  return readServerPins(folder, read('go.mod'), ownSources.map(read)).map((pin) => ({ pin, moduleDir }));
});
const outdated = servers.filter(({ pin }) => !isCurrent(pin));
for (const { pin } of servers) {
  if (!outdated.some((one) => one.pin === pin)) console.log(`${pin.name}: ${pin.version} is there`);
}
if (outdated.length > 0) requireGo();
for (const { pin, moduleDir } of outdated) build(pin, moduleDir);
