/** Attaching and detaching, one step at a time. Pure. */

export interface VolumeSituation {
  readonly state: string;
  readonly robustness: string;
  /** A workload uses it. */
  readonly isInUse: boolean;
  /** Snapshots and backups that need its engine: Longhorn attaches a detached volume for them, and detaches it afterwards. */
  readonly tickets: number;
  readonly isFaulted: boolean;
  readonly nodeName: string;
}

export interface VolumeStep {
  readonly state: string;
  readonly robustness: string;
  readonly currentNodeID: string;
}

/** The status to go to next, or nothing when it is where it should be. */
export function decideVolume(volume: VolumeSituation): VolumeStep | undefined {
  const step = nextStep(volume);
  return step.state === volume.state && step.robustness === volume.robustness ? undefined : step;
}

function nextStep({ state, isInUse, tickets, isFaulted, nodeName }: VolumeSituation): VolumeStep {
  if (isFaulted) return { state: 'detached', robustness: 'faulted', currentNodeID: '' };
  const wantsAttached = isInUse || tickets > 0;
  switch (state) {
    case '':
      return { state: 'creating', robustness: 'unknown', currentNodeID: '' };
    case 'attached':
      return wantsAttached
        ? { state: 'attached', robustness: 'healthy', currentNodeID: nodeName }
        : { state: 'detaching', robustness: 'unknown', currentNodeID: nodeName };
    case 'attaching':
      return { state: 'attached', robustness: 'healthy', currentNodeID: nodeName };
    case 'detached':
      return wantsAttached
        ? { state: 'attaching', robustness: 'unknown', currentNodeID: nodeName }
        : { state: 'detached', robustness: 'unknown', currentNodeID: '' };
    default:
      return { state: 'detached', robustness: 'unknown', currentNodeID: '' };
  }
}
