/** Every wait of a backup with the longhorn driver. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';
import { busySweep, ifPaused, queueWaits } from '../../backup/waits.ts';

export const backupWaits = {
  queue: queueWaits,
  snapshot: [
    {
      waitsFor: 'the snapshot to be ready; Longhorn attaches a volume that nobody uses for it',
      wokenBy: 'the change of the Snapshot (ApiServerSource)',
      worstDelay: busySweep,
      endsBy: 'a new attempt after `SOTERIA_BACKUP_STALL_SECONDS`',
    },
    {
      waitsFor:
        'the backup target to be available again, or Longhorn’s upgrade to be over, when Longhorn refused the snapshot because of it',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_BACKUP_STALL_SECONDS`',
    },
    ifPaused,
  ],
  upload: [
    {
      waitsFor: 'the wake-up that has recorded the backup’s name to ask Longhorn for the backup; no other wake-up may',
      wokenBy: 'that same wake-up, which goes on at once',
      worstDelay: '5 min, then the busy sweep',
      endsBy: 'that wake-up has ended without an answer: a new attempt',
    },
    {
      waitsFor: 'Longhorn to upload the backup',
      wokenBy: 'the change of the Backup (ApiServerSource)',
      worstDelay: busySweep,
      endsBy:
        'a new attempt when nothing moved for `SOTERIA_BACKUP_STALL_SECONDS`, and 10 s for each GiB of the volume',
    },
    {
      waitsFor:
        'the backup target to be available again, or Longhorn’s upgrade to be over, when Longhorn refused the backup because of it',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_BACKUP_STALL_SECONDS`',
    },
    {
      waitsFor: 'Longhorn to read the backups of the volume again, when it no longer lists the backup',
      wokenBy: 'the return of the Backup (ApiServerSource)',
      worstDelay: busySweep,
      endsBy: 'a new attempt when it is gone for good; Failed when the target stays away',
    },
    ifPaused,
  ],
  verify: [
    {
      waitsFor: 'Longhorn to read the complete backup back from the target',
      wokenBy: 'the change of the Backup (ApiServerSource)',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_BACKUP_STALL_SECONDS`',
    },
  ],
  retry: [
    {
      waitsFor: 'the time of the next attempt: 150 s or more, as long as a lock on the target lives',
      wokenBy: 'the busy sweep',
      worstDelay: busySweep,
      endsBy: 'that time always comes; the operation ends after `SOTERIA_BACKUP_DEADLINE_SECONDS`',
    },
    ifPaused,
  ],
  tidy: [ifPaused],
} as const satisfies Waits;
