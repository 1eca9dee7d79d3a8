/** Every wait of the backup of a namespace. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';
import { ifPaused, notSeenYet } from '../../../drivers/backup/waits.ts';

export const namespaceBackupWaits = {
  queue: [notSeenYet],
  claims: [
    {
      waitsFor: 'the backups of the claims of a namespace',
      wokenBy: 'the end of each of them, in the same wake-up',
      worstDelay: '2 min (the busy sweep)',
      endsBy: 'every backup has a deadline',
    },
    ifPaused,
  ],
} as const satisfies Waits;
