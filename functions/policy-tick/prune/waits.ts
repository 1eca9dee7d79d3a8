/** Every wait of a prune. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';

const busySweep = '2 min (the busy sweep)';
const ifPaused = {
  waitsFor: '`paused` in the ConfigMap `soteria-settings` to be no longer `"true"`',
  wokenBy: 'no event: nothing reports this change',
  worstDelay: busySweep,
  endsBy: 'waiting is intended',
};
const ifNothingMoves = 'Failed after 15 min; the next tick asks for what is left';

export const pruneWaits = {
  queue: [
    {
      waitsFor: 'a function to look at the operation for the first time',
      wokenBy: 'its creation (ApiServerSource)',
      worstDelay: '60 min (the hourly sweep), 2 min while another operation is open',
      endsBy: 'the hourly sweep always comes',
    },
    {
      waitsFor: 'the volume for itself: no backup, restore or restore test of it may run',
      wokenBy: 'the operation that releases a slot, in the same wake-up or by `dev.soteria.operation.due.v1`',
      worstDelay: '2 min (the busy sweep looks at the 50 oldest)',
      endsBy: 'every operation that runs has a deadline',
    },
    ifPaused,
  ],
  delete: [
    {
      waitsFor: 'Longhorn to delete the Backup',
      wokenBy:
        'the deletion of the Backup (ApiServerSource), which wakes `backup`; that sends `dev.soteria.operation.due.v1`',
      worstDelay: busySweep,
      endsBy: ifNothingMoves,
    },
    {
      waitsFor: 'an upload, a restore or a deletion of somebody else on the volume to end',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: ifNothingMoves,
    },
    {
      waitsFor: 'the backup target to be available again',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: ifNothingMoves,
    },
    ifPaused,
  ],
  confirm: [
    {
      waitsFor:
        'Longhorn, which is asked to, to read the backups of the volume from the target twice; the volume is free meanwhile',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Succeeded after 15 min, with `confirmed: false`',
    },
  ],
} as const satisfies Waits;
