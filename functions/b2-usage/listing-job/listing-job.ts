/**
 * The Job that lists what takes too long for requests: this very function's program, started with another argument, so that nothing
 * of it exists twice. It reads and writes one ConfigMap, with an account of its own. Pure.
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

/** On the Job: which measurement it is for. */
export const measurementLabel = 'soteria.dev/measurement';
export const listingAccount = 'b2-usage-listing';
export const listTask = 'list';

/** Until the next measurement by the shipped schedule, which continues a measurement that takes longer. */
const deadlineSeconds = 21_600;
/** Kubernetes deletes the Job after this time if nothing else has. */
const ttlSeconds = 86_400;
/** Further Pods, each of which goes on where the one before it was. */
const retries = 3;

/** One for each time that a measurement is handed over. The Trigger of the function knows it by its beginning. */
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
        // As the function's own, see its manifest.
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
