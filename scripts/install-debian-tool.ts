/**
 * Tools of the tests that are had from Debian alone, for `npm run servers`: ntfy. The package is unpacked, not installed, and found where this machine has its
 * own packages from, in Debian's newest suite. Elsewhere, or when the suite has moved on, there is none, and the tests that want one say so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Name of the package → its exact version, and the tests that are skipped without it. */
export const debianTools = {
  ntfy: { version: '2.27.0-1', tests: 'the tests with a real ntfy server' },
} as const;

const suite = 'sid';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The address of the archive in a file of sources, of either form. */
export function archiveIn(sources: string): string | undefined {
  return /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s*(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(sources)?.[1];
}

function findArchive(): string | undefined {
  const files = globSync(['/etc/apt/sources.list', '/etc/apt/sources.list.d/*.{list,sources}']);
  return files.map((file) => archiveIn(readFileSync(file, 'utf8'))).find((found) => found !== undefined);
}

/** What happened, in one line. */
export function installDebianTool(name: keyof typeof debianTools, serversDir: string): string {
  const { version, tests } = debianTools[name];
  const stampFile = join(serversDir, `.${name}.stamp`);
  const folder = join(serversDir, name);
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === version)
    return `${name}: ${version} is there`;
  const archive = existsSync(keyring) && process.getuid?.() === 0 ? findArchive() : undefined;
  if (archive === undefined) return `${name}: SKIPPED, this is no Debian, or not its root; ${tests} are skipped`;
  const scratch = mkdtempSync(join(tmpdir(), 'soteria-debian-'));
  try {
    for (const part of ['state/lists/partial', 'cache/archives/partial'])
      mkdirSync(join(scratch, part), { recursive: true });
    writeFileSync(join(scratch, 'sources'), `deb [signed-by=${keyring}] ${archive} ${suite} main\n`);
    const settings = [
      `Dir::State=${scratch}/state`,
      `Dir::Cache=${scratch}/cache`,
      `Dir::Etc::SourceList=${scratch}/sources`,
      'Dir::Etc::SourceParts=-',
      'Acquire::Languages=none',
      'APT::Sandbox::User=root',
    ].flatMap((setting) => ['-o', setting]);
    const run = (command: string, args: readonly string[]): boolean =>
      spawnSync(command, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'], timeout: 180_000 }).status === 0;
    const unfinished = `${folder}.unpacking`;
    rmSync(unfinished, { recursive: true, force: true });
    const isThere =
      run('apt-get', [...settings, '-qq', 'update']) &&
      run('apt-get', [...settings, '-qq', 'download', `${name}=${version}`]) &&
      globSync('*.deb', { cwd: scratch }).every((file) => run('dpkg-deb', ['-x', file, unfinished]));
    if (!isThere) return `${name}: NOT INSTALLED, apt’s own words are above; ${tests} are skipped`;
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    writeFileSync(stampFile, version);
    return `${name}: ${version} unpacked`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
