/**
 * Tools of the tests that are written in Python, for `npm run servers`: moto, an S3 server with versions, and schemathesis, which sends
 * requests made from the OpenAPI document. pip installs each from an exact list. Without Python there is none, and the tests that want one
 * say so.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the package → the tests that are skipped without it. */
export const pythonTools = {
  moto: 'the tests on an S3 server with versions',
  schemathesis: 'the tests with requests made from the OpenAPI document',
} as const;

export interface ToolPlace {
  readonly name: keyof typeof pythonTools;
  /** The list for pip. */
  readonly requirementsFile: string;
  readonly serversDir: string;
}

/** What happened, in one line. */
export function installPythonTool({ name, requirementsFile, serversDir }: ToolPlace): string {
  const requirements = readFileSync(requirementsFile, 'utf8');
  const version = new RegExp(`^${name}==(\\S+)$`, 'm').exec(requirements)?.[1] ?? '';
  const missed = pythonTools[name];
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  const hasPip = python.status === 0 && spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
  if (!hasPip) return `${name}: SKIPPED, there is no python3 with pip; ${missed} are skipped`;
  // Parts of it are compiled for one version of Python.
  const stamp = createHash('sha256').update(`${python.stdout}${requirements}`).digest('hex');
  const stampFile = join(serversDir, `.${name}.stamp`);
  const folder = join(serversDir, name);
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp)
    return `${name}: ${version} is there`;
  // Under another name until it is whole.
  const unfinished = `${folder}.installing`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--target', unfinished];
  const installed = spawnSync('python3', [...args, '--disable-pip-version-check', '-r', requirementsFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (installed.status !== 0) {
    return `${name}: NOT INSTALLED, pip’s own words are above; ${missed} are skipped`;
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  writeFileSync(stampFile, stamp);
  return `${name}: ${version} installed`;
}
