/**
 * The sources of Longhorn's admission webhook in `.cache/longhorn-manager`: what it consists of, out of the pinned module, and our
 * stand-ins for the rest. Of Longhorn's controllers and clients the webhook's sources use nothing but a few constants, but they bring
 * modules that a module proxy need not serve, and half an hour of compiling.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const parts = ['csi/crypto', 'datastore', 'k8s/pkg', 'meta', 'types', 'util', 'webhook'];
/** They start what only a pod of Longhorn's has. */
const leftOut = ['webhook/server', 'util/client'];

const downloaded = z.object({ Dir: z.string() });

export interface ComposeInput {
  /** With the go.mod whose go.sum the module must match. */
  readonly moduleDir: string;
  readonly version: string;
  readonly into: string;
}

/** False when the module cannot be had; Go has said why. */
export function composeLonghorn({ moduleDir, version, into }: ComposeInput): boolean {
  const module = `github.com/longhorn/longhorn-manager@${version}`;
  const download = spawnSync('go', ['mod', 'download', '-json', module], {
    cwd: moduleDir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (download.status !== 0) {
    console.error(download.stdout);
    return false;
  }
  const { Dir: from } = downloaded.parse(JSON.parse(download.stdout));
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const copy = (source: string, target: string) => cpSync(source, target, { recursive: true });
  for (const part of parts) copy(join(from, part), join(into, part));
  for (const part of leftOut) rmSync(join(into, part), { recursive: true, force: true });
  copy(join(moduleDir, 'stand-ins/longhorn-manager'), into);
  return true;
}
