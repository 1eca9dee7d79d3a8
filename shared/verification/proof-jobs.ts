/** The Jobs that look at a restored claim, as Kubernetes has them. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type Draft, type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs, type Pod, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { endOfJob } from '@soteria/shared/job/pod-end.ts';

export interface ProofJob {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isDeleting: boolean;
  readonly job: Job;
  /** Read when they have something to say: it has ended, or does not start. */
  readonly pods: readonly Pod[];
}

/** Creating what exists throws `name_conflict`; deleting what is gone is success. */
export interface ProofJobs {
  create(draft: Draft<Job>, signal?: AbortSignal): Promise<ProofJob>;
  /** Nothing is made; why it could not be, when that will not change by itself. */
  whyNot(draft: Draft<Job>, signal?: AbortSignal): Promise<SoteriaError | undefined>;
  /** Undefined also where the function may no longer look: it can do no more about it, and must not be stuck because of it. */
  get(namespace: string, name: string, signal?: AbortSignal): Promise<ProofJob | undefined>;
  delete(namespace: string, name: string, uid: string, signal?: AbortSignal): Promise<void>;
}

function undefinedIfForbidden(error: unknown): undefined {
  if (!(error instanceof SoteriaError && error.code === 'cluster_forbidden')) throw error;
}

export function createProofJobs(client: KubernetesClient): ProofJobs {
  const seen = (job: Job, found: readonly Pod[]): ProofJob => ({
    name: job.metadata.name,
    uid: job.metadata.uid,
    labels: job.metadata.labels ?? {},
    isDeleting: job.metadata.deletionTimestamp !== undefined,
    job,
    pods: found,
  });
  return {
    create: async (draft, signal) => seen(await client.create(jobs, draft, { signal }), []),
    async whyNot(draft, signal) {
      try {
        await client.create(jobs, draft, { isDryRun: true, signal });
        return undefined;
      } catch (error) {
        if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
        return error.code === 'name_conflict' ? undefined : error;
      }
    },
    async get(namespace, name, signal) {
      const job = await client.get(jobs, { namespace, name }, { signal }).catch(undefinedIfForbidden);
      if (job === undefined) return undefined;
      const isRunning = endOfJob(job) === undefined && (job.status?.ready ?? 0) > 0;
      const query = { namespace, labelSelector: `job-name=${name}` };
      return seen(job, isRunning ? [] : await Array.fromAsync(listAll(client, pods, query, { signal })));
    },
    delete: (namespace, name, uid, signal) =>
      client.delete(jobs, { namespace, name }, { uid, propagationPolicy: 'Background', signal }),
  };
}
