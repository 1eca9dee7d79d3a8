/** Every wait of a backup that its driver does not decide. */
import type { Wait } from '@soteria/shared/operation/engine/waits.ts';

/** The sweep comes every two minutes while something is open; the Broker and a cold start take the rest. */
export const busySweep = '2 min (the busy sweep)';
export const ifPaused: Wait = {
  waitsFor: '`paused` in the ConfigMap `soteria-settings` to be no longer `"true"`',
  wokenBy: 'no event: nothing reports this change',
  worstDelay: busySweep,
  endsBy: 'waiting is intended',
};

export const notSeenYet: Wait = {
  waitsFor: 'a function to look at the operation for the first time',
  wokenBy: 'the request itself; for an operation made with kubectl, its creation (ApiServerSource)',
  worstDelay: '60 min (the hourly sweep), 2 min while another operation is open',
  endsBy: 'the hourly sweep always comes',
};

export const queueWaits: readonly Wait[] = [
  notSeenYet,
  {
    waitsFor: 'the operation of the same claim before it',
    wokenBy: 'the end of that operation, in the same wake-up',
    worstDelay: busySweep,
    endsBy: 'every operation that runs has a deadline',
  },
  {
    waitsFor: 'a slot: in the cluster, on the node, or a volume in exclusive use',
    wokenBy: 'the operation that releases a slot, in the same wake-up; the oldest operation that fits begins',
    worstDelay: '2 min (the busy sweep looks at the 50 oldest)',
    endsBy: 'slots of operations that ended or were deleted are released',
  },
  ifPaused,
];
