/** The listing Jobs in Kubernetes. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft, KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { endOfJob } from '@soteria/shared/job/pod-end.ts';
import { measurementLabel } from './listing-job.ts';

export interface ListingJob {
  readonly name: string;
  readonly uid: string;
  readonly measurement: string | undefined;
  readonly hasEnded: boolean;
  /** The reason of the Job's end, in Kubernetes' words. */
  readonly says: string | undefined;
}

/** Creating a Job that this measurement has created before succeeds; so does deleting a missing Job. */
export interface ListingJobs {
  get(name: string, signal: AbortSignal): Promise<ListingJob | undefined>;
  create(draft: Draft<Job>, signal: AbortSignal): Promise<void>;
  delete(job: ListingJob, signal: AbortSignal): Promise<void>;
}

export function createListingJobs(client: KubernetesClient, namespace: string): ListingJobs {
  async function get(name: string, signal: AbortSignal): Promise<ListingJob | undefined> {
    const job = await client.get(jobs, { namespace, name }, { signal });
    return job === undefined ? undefined : fromWire(job);
  }
  return {
    get,
    async create(draft, signal) {
      try {
        await client.create(jobs, draft, { signal });
      } catch (error) {
        if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
        const there = await get(draft.metadata.name ?? '', signal);
        if (there?.measurement !== draft.metadata.labels?.[measurementLabel]) throw error;
      }
    },
    delete: ({ name, uid }, signal) =>
      client.delete(jobs, { namespace, name }, { uid, propagationPolicy: 'Background', signal }),
  };
}

function fromWire(job: Job): ListingJob {
  const { metadata } = job;
  const end = endOfJob(job);
  return {
    name: metadata.name,
    uid: metadata.uid,
    measurement: metadata.labels?.[measurementLabel],
    hasEnded: end !== undefined,
    says: end?.says === '' ? undefined : end?.says,
  };
}
