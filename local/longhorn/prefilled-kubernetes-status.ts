/** A restored volume records the claim of its backup as a former user of the volume. Pure. */
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { BackupResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import * as z from 'zod';

const recorded = z.looseObject({
  namespace: z.string().min(1),
  pvcName: z.string().min(1),
  lastPVCRefAt: z.string().optional(),
});

/** A member for the status; undefined when the backup recorded no claim, or when the volume has a claim by now. */
export function prefilledKubernetesStatus(
  { status }: VolumeResource,
  backup: BackupResource | undefined,
): { readonly kubernetesStatus?: Readonly<Record<string, unknown>> } {
  if ((status?.kubernetesStatus?.pvcName ?? '') !== '') return {};
  const found = recorded.safeParse(parseJson(backup?.status?.labels?.[catalogueKeys.kubernetesStatus] ?? ''));
  if (!found.success) return {};
  const { namespace, pvcName, lastPVCRefAt = '' } = found.data;
  return {
    kubernetesStatus: {
      pvName: '',
      pvStatus: '',
      namespace,
      pvcName,
      lastPVCRefAt: lastPVCRefAt === '' ? (backup?.status?.snapshotCreatedAt ?? '') : lastPVCRefAt,
      lastPodRefAt: '',
      workloadsStatus: null,
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text on the target may come from another writer.
    return undefined;
  }
}
