/** Every wait of a self-test. */
import type { Waits } from '@soteria/shared/operation/engine/waits.ts';

const busySweep = '2 min (the busy sweep)';
const lateAfter = 'Failed after `SOTERIA_SELFTEST_DEADLINE_SECONDS`; what was made is removed';

const ifPaused = {
  waitsFor: '`paused` in the ConfigMap `soteria-settings` to be no longer `"true"`',
  wokenBy: 'nothing: no event tells of it',
  worstDelay: busySweep,
  endsBy: 'it is meant to wait',
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
      waitsFor: 'somebody to look at it for the first time',
      wokenBy: 'the request itself; made with kubectl: its appearance (ApiServerSource)',
      worstDelay: '60 min (the hourly sweep), 2 min while anything else is open',
      endsBy: 'the hourly sweep always comes',
    },
  ],
  claim: [ifPaused],
  write: [job('writes known bytes'), ifPaused],
  backup: [
    {
      waitsFor: 'the Backup of its claim',
      wokenBy: 'the end of it (`dev.soteria.operation.due.v1`, from the function `backup`)',
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    ifPaused,
  ],
  restore: [
    {
      waitsFor: 'the Restore into a second claim',
      wokenBy: 'the end of it, in the same wake-up',
      worstDelay: busySweep,
      endsBy: lateAfter,
    },
    ifPaused,
  ],
  compare: [job('compares the restored bytes'), ifPaused],
  tidy: [
    {
      waitsFor: 'its Backup or Restore to be cancelled and to have removed what they made',
      wokenBy: 'the end of each of them',
      worstDelay: busySweep,
      endsBy: 'both have deadlines of their own',
    },
    {
      waitsFor: 'its claim to be gone, so that the volume under it can go',
      wokenBy: 'nothing: no event tells of it',
      worstDelay: busySweep,
      endsBy: 'Kubernetes removes the claim once no Pod has it mounted',
    },
    ifPaused,
  ],
} as const satisfies Waits;
