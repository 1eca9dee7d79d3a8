/**
 * When an idle function process ends, on Knative's clock. Pure.
 *
 * Last request → `window` in which the average falls to zero (and the scale-down delay) → the longer of the grace period and
 * the pod's retention → a drain with its own quiet time → SIGTERM → SIGKILL. A request before SIGTERM keeps the process: on
 * a cluster the draining pod would still serve it while another starts, and here one process is both.
 */

export interface ScaleTimes {
  readonly windowMs: number;
  /** The longer of scale-to-zero-grace-period (30 s on every cluster) and the Service's pod retention period. */
  readonly retentionMs: number;
  readonly drainMs: number;
  /** The time from SIGTERM to SIGKILL. The pace does not shorten it: the process works, it does not wait. */
  readonly killMs: number;
  readonly minScale: number;
}

export interface Pod {
  readonly phase: 'starting' | 'ready' | 'draining' | 'terminating';
  readonly inFlight: number;
  /** Milliseconds: when the last request ended, or when the process became ready. */
  readonly idleSinceMs: number;
  /** Milliseconds: when the present phase began. */
  readonly phaseSinceMs: number;
}

export type ScaleDecision =
  | { readonly kind: 'stay' }
  | { readonly kind: 'look-again'; readonly atMs: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'kill' };

export function decideScale(pod: Pod, times: ScaleTimes, nowMs: number): ScaleDecision {
  if (pod.phase === 'terminating') return due(pod.phaseSinceMs + times.killMs, nowMs, 'kill');
  if (pod.phase === 'starting' || pod.inFlight > 0) return { kind: 'stay' };
  if (pod.phase === 'draining') {
    return due(Math.max(pod.phaseSinceMs, pod.idleSinceMs) + times.drainMs, nowMs, 'terminate');
  }
  if (times.minScale > 0) return { kind: 'stay' };
  return due(pod.idleSinceMs + times.windowMs + times.retentionMs, nowMs, 'drain');
}

function due(atMs: number, nowMs: number, kind: 'drain' | 'terminate' | 'kill'): ScaleDecision {
  return nowMs >= atMs ? { kind } : { kind: 'look-again', atMs };
}
