/** Every wait of the backup of a namespace. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';
import { backupWaits } from '../longhorn/waits.ts';

const [notSeenYet] = backupWaits.queue;
const [paused] = backupWaits.tidy;

export const namespaceBackupWaits = {
  queue: [notSeenYet],
  claims: [
    {
      waitsFor: 'the backups of the claims of a namespace',
      wokenBy: 'the end of each of them, in the same wake-up',
      worstDelay: '2 min (the busy sweep)',
      endsBy: 'every backup has a deadline',
    },
    paused,
  ],
} as const satisfies Waits;
