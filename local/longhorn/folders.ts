/**
 * Where the local Longhorn keeps bytes below its data folder. Invariants:
 *  1. Data belongs to a volume, not to a claim: `claims/<namespace>/<claim>` is a link to `volumes/<volume>`, so that a claim can
 *     be given another volume (a restore) without moving bytes.
 *  2. An unfinished file or folder has a name starting with a dot and gets its real name by one rename: a kill leaves nothing half made.
 */
import { lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

export interface Folders {
  readonly dataDir: string;
  /** The folder behind a backup target. */
  target(name: string): string;
  claim(namespace: string, claim: string): string;
  volume(volume: string): string;
  /** A volume that is being made from a backup. */
  unfinishedVolume(volume: string): string;
  /** Holds `data` and `snapshot.json`. */
  snapshot(volume: string, snapshot: string): string;
  snapshotsOf(volume: string): string;
  uploadJournal(backup: string): string;
}

export function foldersIn(dataDir: string): Folders {
  return {
    dataDir,
    target: (name) => (name === 'default' ? join(dataDir, 'target') : join(dataDir, 'targets', safeName(name))),
    claim: (namespace, claim) => join(dataDir, 'claims', safeName(namespace), safeName(claim)),
    volume: (volume) => join(dataDir, 'volumes', safeName(volume)),
    unfinishedVolume: (volume) => join(dataDir, 'volumes', `.${safeName(volume)}`),
    snapshot: (volume, snapshot) => join(dataDir, 'snapshots', safeName(volume), safeName(snapshot)),
    snapshotsOf: (volume) => join(dataDir, 'snapshots', safeName(volume)),
    uploadJournal: (backup) => join(dataDir, 'uploads', `${safeName(backup)}.journal`),
  };
}

/** A name of the cluster as a file name. Kubernetes' own rules allow only such names; this checks them. */
export function safeName(name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,252}$/.test(name)) return name;
  throw new Error(`"${name.slice(0, 80)}" is no name of a Kubernetes object`);
}

/**
 * Makes the claim's folder show the volume's bytes. A real folder that was filled before becomes the volume where it may be
 * adopted; otherwise this throws, because neither content may be lost.
 */
export async function showVolumeAsClaim(
  claimFolder: string,
  volumeFolder: string,
  { mayAdopt }: { readonly mayAdopt: boolean },
): Promise<void> {
  await mkdir(dirname(claimFolder), { recursive: true });
  const found = await lstat(claimFolder).catch(absent);
  const link = relative(dirname(claimFolder), volumeFolder);
  if (found?.isSymbolicLink() === true) {
    if ((await readlink(claimFolder)) === link) return;
    await rm(claimFolder);
  } else if (found !== undefined) {
    if (!mayAdopt)
      throw new Error(`${claimFolder} is a folder of its own: it stands where a restored claim has to be shown`);
    await mkdir(dirname(volumeFolder), { recursive: true });
    await rm(volumeFolder, { recursive: true, force: true });
    await rename(claimFolder, volumeFolder);
  }
  await symlink(link, claimFolder, 'dir');
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
