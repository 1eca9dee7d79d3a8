/** Reads Longhorn's recurring jobs and the volumes that they take. */
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { boundVolumeOf } from '@soteria/shared/longhorn/live-volume.ts';
import { detachedSetting, longhornSettings, recurringJobs } from '@soteria/shared/longhorn/recurring-jobs.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { JobsSeen } from './preview-jobs.ts';

export async function readJobs(
  client: KubernetesClient,
  namespace: string,
  signal: AbortSignal,
): Promise<Omit<JobsSeen, 'policyIds'>> {
  const [jobs, claims, bound, known, setting] = await Promise.all([
    Array.fromAsync(listAll(client, recurringJobs, { namespace }, { signal })),
    Array.fromAsync(listAll(client, persistentVolumeClaims, {}, { signal })),
    Array.fromAsync(listAll(client, persistentVolumes, {}, { signal })),
    Array.fromAsync(listAll(client, volumes, { namespace }, { signal })),
    client.get(longhornSettings, { namespace, name: detachedSetting }, { signal }),
  ]);
  const pvs = new Map(bound.map((one) => [one.metadata.name, one]));
  const byName = new Map(known.map((one) => [one.metadata.name, one]));
  return {
    jobs: jobs.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    volumes: claims.flatMap((claim) => {
      const name = boundVolumeOf(claim, pvs.get(claim.spec?.volumeName ?? ''));
      const volume = name === undefined ? undefined : byName.get(name);
      if (volume === undefined) return [];
      const { namespace: of = '', name: pvc, labels = {} } = claim.metadata;
      return {
        namespace: of,
        pvc,
        claimLabels: labels,
        volume: volume.metadata.name,
        volumeLabels: volume.metadata.labels ?? {},
        isDetached: volume.status?.state === 'detached',
      };
    }),
    mayAttach: setting?.value === 'true',
  };
}
