/** How much faster than in Knative waiting time passes in the local mesh. */

export interface Pace {
  /** Divides the time until an idle function sleeps. 1 is Knative's: about two minutes; 20, the default: about six seconds. */
  readonly sleep: number;
  /** Divides the pauses between retries. It is 1 locally too, so that a failing function sees Knative's pauses. */
  readonly retry: number;
}

export const defaultPace: Pace = { sleep: 20, retry: 1 };
