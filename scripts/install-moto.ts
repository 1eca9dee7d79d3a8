/**
 * moto's S3 for `npm run servers`: an S3 server with versions, written in Python and installed with pip from an exact list. Without Python
 * there is none, and the tests that want one say so.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MotoPlace {
  /** The list for pip. */
  readonly requirementsFile: string;
  readonly serversDir: string;
}

/** What happened, in one line. */
export function installMoto({ requirementsFile, serversDir }: MotoPlace): string {
  const requirements = readFileSync(requirementsFile, 'utf8');
  const version = /^moto==(\S+)$/m.exec(requirements)?.[1] ?? '';
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  const hasPip = python.status === 0 && spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
  if (!hasPip)
    return 'moto: SKIPPED, there is no python3 with pip; the tests on an S3 server with versions are skipped';
  // Parts of it are compiled for one version of Python.
  const stamp = createHash('sha256').update(`${python.stdout}${requirements}`).digest('hex');
  const stampFile = join(serversDir, '.moto.stamp');
  const folder = join(serversDir, 'moto');
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp)
    return `moto: ${version} is there`;
  // Under another name until it is whole.
  const unfinished = `${folder}.installing`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--target', unfinished];
  const installed = spawnSync('python3', [...args, '--disable-pip-version-check', '-r', requirementsFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (installed.status !== 0) {
    return 'moto: NOT INSTALLED, pip’s own words are above; the tests on an S3 server with versions are skipped';
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  writeFileSync(stampFile, stamp);
  return `moto: ${version} installed`;
}
