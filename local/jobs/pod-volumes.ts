/** The folders used as a Pod's volumes. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { type Job, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';

export interface VolumePlaces {
  readonly client: KubernetesClient;
  readonly claimFolder: (namespace: string, claim: string) => string;
  /** The folder of this Pod alone: what lies in it is deleted with the Pod. */
  readonly podFolder: string;
  readonly signal: AbortSignal;
}

export interface PodVolumes {
  readonly folders: ReadonlyMap<string, string>;
  /** Names the volume that does not exist yet. */
  readonly waitsFor: string | undefined;
}

export async function findVolumes(job: Job, places: VolumePlaces): Promise<PodVolumes> {
  const { namespace = 'default' } = job.metadata;
  const folders = new Map<string, string>();
  let waitsFor: string | undefined;
  for (const { name, persistentVolumeClaim: source, emptyDir } of job.spec?.template.spec?.volumes ?? []) {
    if (source !== undefined) {
      folders.set(name, places.claimFolder(namespace, source.claimName));
      waitsFor ??= await whatClaimWaitsFor(places, namespace, source.claimName);
    } else if (emptyDir === undefined) waitsFor ??= `volume ${name}: only claims and empty folders can be mounted here`;
    else folders.set(name, join(places.podFolder, name));
  }
  return { folders, waitsFor };
}

/** True when the claim is bound and has a folder; the folder is missing while its volume is still being restored. */
async function whatClaimWaitsFor(
  { client, claimFolder, signal }: VolumePlaces,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  const claim = await client.get(persistentVolumeClaims, { name, namespace }, { signal });
  if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
  if (claim.status?.phase !== 'Bound') return `persistentvolumeclaim "${name}" is not bound`;
  const folder = await stat(claimFolder(namespace, name)).catch(() => undefined);
  return folder?.isDirectory() === true
    ? undefined
    : `the volume of persistentvolumeclaim "${name}" is not ready for workloads`;
}

export async function makeEmptyFolders(job: Job, { folders }: PodVolumes): Promise<void> {
  for (const { name, emptyDir } of job.spec?.template.spec?.volumes ?? []) {
    const folder = folders.get(name);
    if (emptyDir !== undefined && folder !== undefined) await mkdir(folder, { recursive: true });
  }
}
