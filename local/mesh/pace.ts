/** How much faster than Knative the local mesh lets waiting time pass. */

export interface Pace {
  /** Divides the time until an idle function sleeps. 1 is Knative's: about two minutes; 20, the default: about six seconds. */
  readonly sleep: number;
  /** Divides the pauses between repeated deliveries. Left at 1, also locally: retries are what a failing function feels. */
  readonly retry: number;
}

export const defaultPace: Pace = { sleep: 20, retry: 1 };
