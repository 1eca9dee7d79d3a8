/**
 * The Job for listings that take too long for requests: the program of this function, started with another argument, so that no code
 * exists twice. It reads and writes one ConfigMap, with its own account. Pure.
 */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job } from '@soteria/shared/kubernetes/core-types.ts';
import { managedLabel, temporaryLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { unprivilegedContainer, unprivilegedPod } from '@soteria/shared/job/restricted-pod.ts';

export interface ListingJobInput {
  readonly namespace: string;
  /** Id of the measurement. */
  readonly measurement: string;
  readonly name: string;
  /** Soteria's own. */
  readonly image: string;
}

/** A label on the Job: the id of its measurement. */
export const measurementLabel = 'soteria.dev/measurement';
export const listingAccount = 'b2-usage-listing';
export const listTask = 'list';

/** Until the next measurement by the shipped schedule, which continues a measurement that takes longer. */
const deadlineSeconds = 21_600;
/** Kubernetes deletes the Job after this time if nothing else has. */
const ttlSeconds = 86_400;
/** How many further Pods may follow; each continues where the Pod before it stopped. */
const retries = 3;

/** Each hand-over of a measurement gets its own name. The Trigger of the function matches the beginning of the name. */
export function listingJobName(measurement: string, count: number): string {
  return `soteria-usage-${shortHash(measurement, 12)}-${count}`;
}

export function listingJob({ namespace, measurement, name, image }: ListingJobInput): Draft<Job> {
  const labels = { [managedLabel]: 'true', [temporaryLabel]: 'true', [measurementLabel]: measurement };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: { ...labels, [watchLabel]: 'b2-usage' } },
    spec: {
      backoffLimit: retries,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: ttlSeconds,
      // A drained node does not count as a failure.
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: { metadata: { labels }, spec: podSpec(image, measurement) },
    },
  };
}

type PodSpec = NonNullable<NonNullable<NonNullable<Job['spec']>['template']>['spec']>;

function podSpec(image: string, measurement: string): PodSpec {
  return {
    restartPolicy: 'Never',
    serviceAccountName: listingAccount,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: unprivilegedPod,
    containers: [
      {
        name: 'list',
        image,
        args: ['b2-usage.cjs', listTask, measurement],
        // As in the function's manifest.
        env: [
          { name: 'NODE_OPTIONS', value: '--max-semi-space-size=1 --max-old-space-size=96' },
          { name: 'MALLOC_ARENA_MAX', value: '2' },
        ],
        envFrom: [
          { configMapRef: { name: 'soteria-config' } },
          // The key may be in the ConfigMap too.
          { secretRef: { name: 'soteria-b2', optional: true } },
        ],
        terminationMessagePolicy: 'FallbackToLogsOnError',
        securityContext: unprivilegedContainer,
        resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { cpu: '1', memory: '192Mi' } },
      },
    ],
  };
}
