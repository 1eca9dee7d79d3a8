/** Attaching and detaching, one step at a time. Pure. */
import type { Faults } from './fault-table.ts';

export interface VolumeSituation {
  readonly name: string;
  readonly state: string;
  readonly robustness: string;
  /** A workload uses it. */
  readonly isInUse: boolean;
  /** Snapshots and backups that need its engine: Longhorn attaches a detached volume for them, and detaches it afterwards. */
  readonly tickets: number;
  readonly faults: Faults;
  readonly nodeName: string;
}

export interface VolumeStep {
  readonly state: string;
  readonly robustness: string;
  readonly currentNodeID: string;
}

/** The next status; undefined when the volume is where it should be. */
export function decideVolume(volume: VolumeSituation): VolumeStep | undefined {
  const step = nextStep(volume);
  return step.state === volume.state && step.robustness === volume.robustness ? undefined : step;
}

function nextStep({ name, state, isInUse, tickets, faults, nodeName }: VolumeSituation): VolumeStep {
  if (faults.faultedVolume === name) return { state: 'detached', robustness: 'faulted', currentNodeID: '' };
  if (faults.nodeGone === true) return { state: 'detached', robustness: 'unknown', currentNodeID: '' };
  const wantsAttached = (isInUse && faults.detachedVolume !== name) || tickets > 0;
  const attached = {
    state: 'attached',
    robustness: faults.degradedVolume === name ? 'degraded' : 'healthy',
    currentNodeID: nodeName,
  };
  switch (state) {
    case '':
      return { state: 'creating', robustness: 'unknown', currentNodeID: '' };
    case 'attached':
      return wantsAttached ? attached : { state: 'detaching', robustness: 'unknown', currentNodeID: nodeName };
    case 'attaching':
      return faults.slowAttach === true ? { state, robustness: 'unknown', currentNodeID: nodeName } : attached;
    case 'detached':
      return wantsAttached
        ? { state: 'attaching', robustness: 'unknown', currentNodeID: nodeName }
        : { state: 'detached', robustness: 'unknown', currentNodeID: '' };
    default:
      return { state: 'detached', robustness: 'unknown', currentNodeID: '' };
  }
}

/** Further members of the status of a volume that a fault strikes. */
export function flagsOfVolume(name: string, faults: Faults) {
  const isFull = faults.tooManySnapshots === name;
  return {
    isStandby: faults.standbyVolume === name,
    tooManySnapshots: {
      type: 'TooManySnapshots',
      status: isFull ? 'True' : 'False',
      reason: isFull ? 'TooManySnapshots' : '',
      message: isFull ? 'snapshots count is 250 over the warning threshold 100' : '',
    },
  };
}
