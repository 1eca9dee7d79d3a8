/**
 * How long pods live for a given day of wake-ups, by the published rules of Knative's autoscaler (https://knative.dev/docs/serving/autoscaling):
 * a request at zero starts a pod; without requests for the stable window the autoscaler decides on zero; the pod then stays for the
 * grace period, and takes the drain time to end. Pure.
 */

export interface ScaleRules {
  /** `autoscaling.knative.dev/window` */
  readonly windowSeconds: number;
  /** `scale-to-zero-grace-period` of the cluster; its default is 30 s. */
  readonly graceSeconds: number;
  /** The queue-proxy keeps an idle pod for this long after SIGTERM. */
  readonly drainSeconds: number;
}

/** The seconds of one day at which an event comes, in any order; each event is handled at once. */
export function podSecondsOf(wakeupSeconds: readonly number[], rules: ScaleRules): number {
  const stay = rules.windowSeconds + rules.graceSeconds + rules.drainSeconds;
  let total = 0;
  let endsAt = Number.NEGATIVE_INFINITY;
  for (const at of wakeupSeconds.toSorted((a, b) => a - b)) {
    // A pod that still runs, even while it drains, serves the event and stays as long again.
    total += at >= endsAt ? stay : at + stay - endsAt;
    endsAt = at + stay;
  }
  return total;
}
