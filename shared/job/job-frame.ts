/**
 * What every Job that looks at a restored claim has in common. Pure.
 *
 * The mount in the container is read-only; the volume source is not, on purpose: the node then replays the file system's journal
 * as after a power failure, which is what proves that it mounts, and Kubernetes makes the files readable for our group.
 */
import type { V1Container, V1Job } from '@kubernetes/client-node';
import type { Draft } from '../kubernetes/client.ts';
import type { Job, Wire } from '../kubernetes/core-types.ts';
import { madeBy, managedLabel, temporaryLabel, watchLabel } from '../operation/record/marks.ts';
import { restrictedContainer, restrictedPod } from './restricted-pod.ts';

export const claimMountPath = '/claim';
/** The one place a container may write to. */
export const scratchPath = '/scratch';
export const scratchBytes = 4 * 2 ** 30;
/** Kubernetes evicts who takes more than the limit; what else is written there must not lead to that. */
const spareBytes = 2 ** 28;

export interface JobFrame {
  readonly operation: { readonly uid: string; readonly name: string; readonly namespace: string };
  /** Namespace of the claim and of the Job. */
  readonly namespace: string;
  readonly claim: string;
  /** For all of it, from the Job's start. */
  readonly deadlineSeconds: number;
  /** How long the ended Job stays if nothing deletes it sooner. */
  readonly ttlSeconds: number;
}

type Container = Wire<V1Container>;
type PodSpec = NonNullable<NonNullable<Wire<V1Job>['spec']>['template']['spec']>;

/** Tried once; restricted Pods only, without a token. */
export function jobInFrame(frame: JobFrame, name: string, own: Container): Draft<Job> {
  const { operation, namespace } = frame;
  const labels = {
    [managedLabel]: 'true',
    [temporaryLabel]: 'true',
    ...madeBy(operation),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: { ...labels, [watchLabel]: 'restore' } },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: frame.deadlineSeconds,
      ttlSecondsAfterFinished: frame.ttlSeconds,
      template: { metadata: { labels }, spec: podSpec(frame.claim, own) },
    },
  };
}

function podSpec(claim: string, own: Container): PodSpec {
  return {
    ...restrictedPod,
    containers: [
      {
        ...own,
        ...restrictedContainer,
        volumeMounts: [
          { name: 'claim', mountPath: claimMountPath, readOnly: true },
          { name: 'scratch', mountPath: scratchPath },
        ],
      },
    ],
    volumes: [
      { name: 'claim', persistentVolumeClaim: { claimName: claim } },
      { name: 'scratch', emptyDir: { sizeLimit: `${scratchBytes + spareBytes}` } },
    ],
  };
}
