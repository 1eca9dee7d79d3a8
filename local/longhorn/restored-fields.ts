/** What a volume takes over from the backup it is made of (longhorn.md 3.2): said by admission, and kept where there is none. Pure. */
import { backupTargetLabel, backupVolumeLabel } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource, BackupVolumeResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { volumeSizeOf } from './quantity.ts';
import { volumeOfBackup, targetOfBackup } from './volume-relations.ts';

export const accessModeLabel = 'longhorn.io/volume-access-mode';

export interface RestoredFields {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: {
    readonly size: string;
    readonly accessMode: string;
    readonly backupTargetName: string;
  };
}

/** The size is the backup volume's, whatever was asked for; the access mode is the backup's unless one was asked for. */
export function restoredFields(
  name: string,
  spec: Pick<VolumeResource['spec'], 'accessMode'>,
  backup: BackupResource,
  backupVolume: BackupVolumeResource,
): RestoredFields {
  const target = targetOfBackup(backup);
  return {
    labels: {
      longhornvolume: name,
      [backupTargetLabel]: target,
      [backupVolumeLabel]: volumeOfBackup(backup) ?? '',
    },
    spec: {
      size: volumeSizeOf(BigInt(backupVolume.status?.size ?? 0)).toString(),
      accessMode: filled(spec.accessMode) ?? filled(backup.status?.labels?.[accessModeLabel]) ?? 'rwo',
      backupTargetName: target,
    },
  };
}

function filled(text: string | null | undefined): string | undefined {
  return text === null || text === '' ? undefined : text;
}
