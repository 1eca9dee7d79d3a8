/** Every wait of a self-test. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';

const busySweep = '2 min (the busy sweep)';
const lateAfter = 'Failed after `SOTERIA_SELFTEST_DEADLINE_SECONDS`; what was made is removed';

const ifPaused = {
  waitsFor: '`paused` in the ConfigMap `soteria-settings` to be no longer `"true"`',
  wokenBy: 'no event: nothing reports this change',
  worstDelay: busySweep,
  endsBy: 'waiting is intended',
};

const job = (what: string) => ({
  waitsFor: `the Job that ${what}: its claim to be bound and mounted, a node for its Pod, and the bytes`,
  wokenBy: 'the change of the Job (ApiServerSource)',
  worstDelay: busySweep,
  endsBy: lateAfter,
});

export const selfTestWaits = {
  queue: [
    {
      waitsFor: 'a function to look at the operation for the first time',
      wokenBy: 'the request itself; for an operation made with kubectl, its creation (ApiServerSource)',
      worstDelay: '60 min (the hourly sweep), 2 min while another operation is open',
      endsBy: 'the hourly sweep always comes',
    },
  ],
  claim: [ifPaused],
  write: [job('writes known bytes'), ifPaused],
  backup: [
    {
      waitsFor: 'the Backup of its claim',
      wokenBy: 'the end of that Backup (`dev.soteria.operation.due.v1`, from the function `backup`)',
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    ifPaused,
  ],
  restore: [
    {
      waitsFor: 'the Restore into a second claim',
      wokenBy: 'the end of that Restore, in the same wake-up',
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    ifPaused,
  ],
  compare: [job('compares the restored bytes'), ifPaused],
  tidy: [
    {
      waitsFor: 'its Backup and Restore to be cancelled and to delete what they made',
      wokenBy: 'the end of each of them',
      worstDelay: busySweep,
      endsBy: 'each has its own deadline',
    },
    {
      waitsFor: 'Kubernetes to delete its claim, so that the volume under it can be deleted',
      wokenBy: 'no event: nothing reports this change',
      worstDelay: busySweep,
      endsBy: 'Kubernetes removes the claim once no Pod has it mounted',
    },
    ifPaused,
  ],
} as const satisfies Waits;
