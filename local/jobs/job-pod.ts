/** The Pod of a Job, as the API server shows it while its containers are processes here. Pure. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job, Pod } from '@soteria/shared/kubernetes/core-types.ts';
import type { ContainerEnd } from './run-container.ts';

const jobNameLabel = 'batch.kubernetes.io/job-name';
/** The Pod names another scheduler, so the scheduler of a real cluster leaves it alone. */
export const ownScheduler = 'soteria-local';

/** Distinguishes a Job's Pods from the Pods of an earlier Job of the same name. */
export function podName(job: Job): string {
  return `${job.metadata.name.slice(0, 55)}-${job.metadata.uid.replaceAll('-', '').slice(-5)}`;
}

export function podDraft(job: Job): Draft<Pod> {
  const { name, namespace, uid } = job.metadata;
  const template = job.spec?.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(job),
      namespace,
      labels: {
        ...template?.metadata?.labels,
        [jobNameLabel]: name,
        'job-name': name,
        'batch.kubernetes.io/controller-uid': uid,
      },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: { containers: [], ...template?.spec, schedulerName: ownScheduler },
  };
}

export type ContainerState =
  | { readonly state: 'running'; readonly startedAt: Date }
  | ({ readonly state: 'ended' } & ContainerEnd);

/** Status of the whole Pod: the Pod has ended when every container has. */
export function podStatus(containers: ReadonlyMap<string, ContainerState>, images: ReadonlyMap<string, string>) {
  const states = [...containers.values()];
  const isEnded = states.every(({ state }) => state === 'ended');
  const isGood = states.every((one) => one.state === 'ended' && one.exitCode === 0);
  return {
    phase: isEnded ? (isGood ? 'Succeeded' : 'Failed') : 'Running',
    containerStatuses: [...containers].map(([name, state]) => ({
      name,
      image: images.get(name) ?? '',
      imageID: '',
      ready: state.state === 'running',
      restartCount: 0,
      state: stateOf(state),
    })),
  };
}

function stateOf(state: ContainerState) {
  if (state.state === 'running') return { running: { startedAt: instant(state.startedAt) } };
  return {
    terminated: {
      exitCode: state.exitCode,
      reason: state.reason,
      message: state.message,
      startedAt: instant(state.startedAt),
      finishedAt: instant(state.finishedAt),
      ...(state.signal === undefined ? {} : { signal: state.signal }),
    },
  };
}

/** RFC 3339 in whole seconds, as Kubernetes writes instants. */
export function instant(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
