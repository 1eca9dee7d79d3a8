/** Why a claim is left out of the backup of its namespace. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { whyExcluded } from '@soteria/shared/operation/record/why-excluded.ts';
import type { BackupDriver } from '../../../drivers/backup/driver.ts';

const fixOfLost = 'restore the claim from a restore point under another name, or delete it';

/** From the claim alone, of a claim that is not excluded on purpose. */
export function whyClaimNot({ spec, status }: PersistentVolumeClaim): string | undefined {
  const phase = status?.phase ?? 'unknown';
  const volumeName = spec?.volumeName ?? '';
  if (phase === 'Lost') return `it is Lost, its persistent volume ${volumeName} is gone: ${fixOfLost}`;
  return phase === 'Bound' && volumeName !== '' ? undefined : `it is ${phase}, not Bound`;
}

export function whyClaimSkipped(claim: PersistentVolumeClaim): string | undefined {
  return whyExcluded(claim) ?? whyClaimNot(claim);
}

/** From what stands under it. */
export function whyVolumeSkipped(
  driver: Pick<BackupDriver, 'whyVolumeNot'>,
  volume: PersistentVolume | undefined,
): string | undefined {
  if (volume === undefined) return `its persistent volume does not exist: ${fixOfLost}`;
  return driver.whyVolumeNot(volume);
}
