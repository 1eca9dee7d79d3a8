/** What the backup of a namespace would take and leave out; nothing is made. */
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';
import { whyClaimSkipped, whyVolumeSkipped } from './why-skipped.ts';

export interface NamespaceBackupPlan {
  readonly claims: readonly string[];
  readonly skipped: readonly { readonly pvc: string; readonly why: string }[];
}

export async function planNamespaceBackup(
  cluster: Pick<ClusterReader, 'listClaims' | 'getPersistentVolume'>,
  driver: Pick<BackupDriver, 'whyVolumeNot'>,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceBackupPlan> {
  const claims: string[] = [];
  const skipped: { pvc: string; why: string }[] = [];
  for (const claim of await cluster.listClaims(namespace, signal)) {
    const pvc = claim.metadata.name;
    const why =
      whyClaimSkipped(claim) ??
      whyVolumeSkipped(driver, await cluster.getPersistentVolume(claim.spec?.volumeName ?? '', signal));
    if (why === undefined) claims.push(pvc);
    else skipped.push({ pvc, why });
  }
  return { claims, skipped };
}
