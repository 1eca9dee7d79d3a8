/** What became of the one Pod of a Job, and what keeps it from starting. Pure. */
import type { Job, Pod } from '../kubernetes/core-types.ts';

export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

/** The youngest of its own. */
export function podOf(job: Job, pods: readonly Pod[]): Pod | undefined {
  const [pod] = pods
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid) === true)
    .toSorted((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  return pod;
}

/** Undefined while the Job runs; else what its condition says. */
export function endOfJob({ status }: Job): { readonly reason: string; readonly says: string } | undefined {
  const ended = status?.conditions?.find(
    (one) => one.status === 'True' && (one.type === 'Complete' || one.type === 'Failed'),
  );
  if (ended === undefined) return undefined;
  const says = [ended.reason, ended.message].filter((text) => (text ?? '') !== '').join(': ');
  return { reason: ended.reason ?? '', says };
}

export function endOfContainer(pod: Pod | undefined, container: string): ContainerEnd | undefined {
  const end = pod?.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated;
  return end === undefined
    ? undefined
    : { exitCode: end.exitCode, reason: end.reason ?? 'Error', message: end.message ?? '' };
}

/**
 * Why the container was stopped from outside: its deadline, an eviction, a drained node. A program that is told to end may end with any
 * exit code, so then none is its judgement.
 */
export function whyStopped(pod: Pod | undefined): string | undefined {
  const { reason, message, conditions } = pod?.status ?? {};
  const disrupted = conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  const parts = disrupted === undefined ? [reason, message] : [disrupted.reason, disrupted.message];
  const said = parts.filter((text) => (text ?? '') !== '').join(': ');
  return said === '' ? undefined : said;
}

/** Kubernetes tries these again for ever, and no change of ours makes them go away. The first failed pull is not among them. */
const hopeless = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
]);

/** Why its containers will not start. */
export function whyNotStarting(pod: Pod | undefined): string | undefined {
  for (const { name, image, state } of pod?.status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (!hopeless.has(reason)) continue;
    return `container ${name} with image ${image} does not start: ${reason}${message === '' ? '' : `: ${message}`}`;
  }
  return undefined;
}
