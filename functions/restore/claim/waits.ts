/** Every wait of a restore with the longhorn driver, of a restore test and of the restore of a namespace. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';

/** The sweep comes every two minutes while something is open; the Broker and a cold start take the rest. */
const busySweep = '2 min (the busy sweep)';
const lateAfter = 'Failed after `SOTERIA_RESTORE_STALL_SECONDS`; what was made is removed';
const volumeChange = 'the change of the Volume (ApiServerSource)';

const ifPaused = {
  waitsFor: '`paused` in the ConfigMap `soteria-settings` to be no longer `"true"`',
  wokenBy: 'no event: nothing reports this change',
  worstDelay: busySweep,
  endsBy: 'waiting is intended',
};

const backupListed = {
  waitsFor: 'Longhorn to list the chosen backup again, when its catalogue is being read anew',
  wokenBy: 'no event: nothing reports this change',
  worstDelay: busySweep,
  endsBy: lateAfter,
};

const restored = {
  waitsFor: 'Longhorn to restore the volume: a place for the replicas, a free restore slot on the node, and the bytes',
  wokenBy: volumeChange,
  worstDelay: busySweep,
  endsBy: lateAfter,
};

export const restoreWaits = {
  queue: [
    {
      waitsFor: 'a function to look at the operation for the first time',
      wokenBy: 'the request itself; for an operation made with kubectl, its creation (ApiServerSource)',
      worstDelay: '60 min (the hourly sweep), 2 min while another operation is open',
      endsBy: 'the hourly sweep always comes',
    },
    {
      waitsFor: 'for a restore test: enough of the 24-hour read budget, and fewer restore tests that run at once',
      wokenBy: 'the end of another test, in the same wake-up',
      worstDelay: '2 min (the busy sweep looks at the 50 oldest)',
      endsBy: 'Skipped when the wait would exceed an hour; what was read more than a day ago no longer counts',
    },
    {
      waitsFor: 'a slot: in the cluster, or the volume of the source in exclusive use',
      wokenBy: 'the operation that releases a slot, in the same wake-up; the oldest operation that fits begins',
      worstDelay: '2 min (the busy sweep looks at the 50 oldest)',
      endsBy: 'slots of operations that ended or were deleted are released',
    },
    {
      waitsFor: 'Longhorn to read a backup target, for a URL of its store that it does not list yet',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_RESTORE_READING_SECONDS`',
    },
    {
      waitsFor: 'Longhorn to make the backing image of the source from its backup',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_RESTORE_STALL_SECONDS`; the image stays',
    },
    ifPaused,
  ],
  volume: [
    {
      waitsFor: 'another restore to finish reading the same backup',
      wokenBy: 'the other restore, when it releases the backup',
      worstDelay: busySweep,
      endsBy:
        'a hold whose restore no longer runs is taken over; otherwise Failed after `SOTERIA_RESTORE_DEADLINE_SECONDS`',
    },
    {
      waitsFor:
        'Longhorn to accept the volume, which it refuses in some states of its installation, for example during an upgrade',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Failed after `SOTERIA_RESTORE_STALL_SECONDS`',
    },
    {
      waitsFor: 'the deletion of a volume whose restore has failed, before the volume is made again',
      wokenBy: volumeChange,
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    backupListed,
    ifPaused,
  ],
  restore: [
    restored,
    {
      waitsFor: 'Kubernetes to bind the claim to its persistent volume',
      wokenBy: 'the change of the Volume: Longhorn notes its claim there (ApiServerSource)',
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    {
      waitsFor: 'Longhorn and Kubernetes to grow the volume, where a larger size was asked for',
      wokenBy: volumeChange,
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    ifPaused,
  ],
  verify: [
    {
      waitsFor: 'the Job of a restore test to come to a verdict',
      wokenBy: 'the change of the Job (ApiServerSource)',
      worstDelay: busySweep,
      endsBy:
        'the Job ends after 6 hours, and one whose Pod does not start after `SOTERIA_RESTORE_STALL_SECONDS`; then Failed without a verdict',
    },
    ifPaused,
  ],
  command: [
    {
      waitsFor: 'the Job with the command of the user to end; its image may have to be pulled',
      wokenBy: 'the change of the Job (ApiServerSource)',
      worstDelay: busySweep,
      endsBy: 'the Job ends after `verify.command.timeout`; then Failed without a verdict',
    },
    ifPaused,
  ],
  claims: [
    {
      waitsFor: 'the restores of the claims of a namespace',
      wokenBy: 'the end of each of them, in the same wake-up',
      worstDelay: busySweep,
      endsBy: 'every restore has a deadline',
    },
    ifPaused,
  ],
  tidy: [ifPaused],
} as const satisfies Waits;
