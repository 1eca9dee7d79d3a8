/** The fields that a volume takes from its backup (longhorn.md 3.2): admission sets them, or the restore where no webhook runs. Pure. */
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

/** The size always comes from the backup volume; the access mode comes from the backup unless the request names one. */
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
