/** The status of a Job at each point of its life, as Kubernetes' own controller writes it. Pure. */
import { instant } from './job-pod.ts';

export function activeStatus(startedAt: Date, hasPod: boolean) {
  return { startTime: instant(startedAt), active: hasPod ? 1 : 0, ready: hasPod ? 1 : 0 };
}

/** An API server accepts the end only together with the condition that announces it. */
export function completeStatus(now: Date) {
  const reason = 'CompletionsReached';
  const message = 'Reached expected number of succeeded pods';
  return {
    active: 0,
    ready: 0,
    succeeded: 1,
    completionTime: instant(now),
    conditions: [condition('SuccessCriteriaMet', reason, message, now), condition('Complete', reason, message, now)],
  };
}

export function failedStatus(reason: string, message: string, hadPod: boolean, now: Date) {
  return {
    active: 0,
    ready: 0,
    failed: hadPod ? 1 : 0,
    conditions: [condition('FailureTarget', reason, message, now), condition('Failed', reason, message, now)],
  };
}

function condition(type: string, reason: string, message: string, now: Date) {
  return {
    type,
    status: 'True',
    reason,
    message,
    lastProbeTime: instant(now),
    lastTransitionTime: instant(now),
  };
}
