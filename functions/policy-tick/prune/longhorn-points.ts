/** Deleting Longhorn's backups, one at a time (longhorn.md 6): Longhorn's side of `prunable-points.ts`. */
import { type Backup, isInterruptedUpload, neverFilledMs } from '@soteria/shared/longhorn/objects.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { LonghornRestores } from '@soteria/shared/longhorn/port-restore.ts';
import { backupVolumeLabel } from '@soteria/shared/longhorn/resource-types.ts';
import { longhornPoints } from '@soteria/shared/longhorn/restore-points.ts';
import { holdLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { PrunablePoints, StoredPoint } from './prunable-points.ts';

const functionName = 'policy-tick';

function toStored(backup: Backup): StoredPoint {
  const { uid, resourceVersion, isDeleting, error, marks } = backup;
  return {
    facts: longhornPoints.describe(backup),
    uid,
    resourceVersion,
    isDeleting,
    problem: isDeleting ? error : undefined,
    isWatched: marks[watchLabel] === functionName,
  };
}

/** An upload that was interrupted stays empty for ever, and stands in nobody's way. */
function isAtWork(backup: Backup, now: Date): boolean {
  if (backup.isDeleting) return true;
  if (isInterruptedUpload(backup, now, neverFilledMs)) return false;
  return backup.state === '' || backup.state === 'Pending' || backup.state === 'InProgress';
}

export interface LonghornParts {
  readonly longhorn: Pick<Longhorn, 'backups' | 'getTarget' | 'getBackupVolume'>;
  readonly restores: Pick<LonghornRestores, 'listVolumes' | 'requestSync'>;
  readonly now: () => Date;
}

export function createLonghornPoints({ longhorn, restores, now }: LonghornParts): PrunablePoints {
  const { backups } = longhorn;
  const seenOf = ({ facts: { name }, uid, resourceVersion }: StoredPoint) => ({ name, uid, resourceVersion });
  return {
    list: async ({ volume }, signal) => (await backups.list({ volume }, signal)).map(toStored),
    async find(id, signal) {
      const backup = await backups.find({ id }, signal);
      return backup && toStored(backup);
    },
    async markHeld(point, isHeld, signal) {
      await backups.mark(seenOf(point), { [holdLabel]: isHeld ? 'true' : null }, signal);
    },
    async whyBusy(volume, signal) {
      const atWork = (await backups.list({ volume }, signal)).find((backup) => isAtWork(backup, now()));
      if (atWork !== undefined) {
        const doing = atWork.isDeleting ? 'deletes' : 'makes';
        return `Longhorn ${doing} backup ${atWork.name} of volume ${volume}`;
      }
      const restored = (await restores.listVolumes({ [backupVolumeLabel]: volume }, signal)).find(
        (one) =>
          !one.isDeleting && (one.isRestoreRequired || (one.fromBackup !== undefined && !one.isRestoreInitiated)),
      );
      return restored && `Longhorn restores volume ${restored.name} from a backup of volume ${volume}`;
    },
    async whyAway(target, signal) {
      const found = await longhorn.getTarget(target, signal);
      if (found?.isAvailable === true) return undefined;
      const why = found === undefined ? 'Longhorn has no such target' : (found.unavailableMessage ?? 'no reason given');
      return `backup target ${target} is not available: ${why}`;
    },
    readAt: async (target, volume, signal) => (await longhorn.getBackupVolume(target, volume, signal))?.lastSyncedAt,
    async requestReading(target, signal) {
      const found = await longhorn.getTarget(target, signal);
      if (found !== undefined) await restores.requestSync(found, now(), signal);
    },
    watch: async (point, signal) => toStored(await backups.mark(seenOf(point), { [watchLabel]: functionName }, signal)),
    unwatch: (point, signal) => backups.unwatch(point.facts.name, signal),
    delete: (point, signal) => backups.discard(seenOf(point), signal),
    listWatched: async (signal) => (await backups.listWatched(functionName, signal)).map(toStored),
  };
}
