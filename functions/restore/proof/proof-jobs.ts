/** The Job that looks at a restored claim, as Kubernetes has it. */
import { type Draft, type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { type VerificationOutcome, readOutcome } from '@soteria/shared/verification/read-outcome.ts';

export interface Proof {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isDeleting: boolean;
  readonly outcome: VerificationOutcome;
}

/** Creating what exists throws `name_conflict`; deleting what is gone is success. */
export interface ProofJobs {
  create(draft: Draft<Job>, signal?: AbortSignal): Promise<Proof>;
  get(namespace: string, name: string, signal?: AbortSignal): Promise<Proof | undefined>;
  delete(namespace: string, name: string, uid: string, signal?: AbortSignal): Promise<void>;
}

export function createProofJobs(client: KubernetesClient): ProofJobs {
  const proofOf = ({ metadata }: Job, outcome: VerificationOutcome): Proof => ({
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels ?? {},
    isDeleting: metadata.deletionTimestamp !== undefined,
    outcome,
  });
  return {
    create: async (draft, signal) => proofOf(await client.create(jobs, draft, { signal }), { state: 'running' }),
    async get(namespace, name, signal) {
      const job = await client.get(jobs, { namespace, name }, { signal });
      if (job === undefined) return undefined;
      const isOver = readOutcome(job, []).state === 'ended';
      const query = { namespace, labelSelector: `job-name=${name}` };
      const found = isOver ? await Array.fromAsync(listAll(client, pods, query, { signal })) : [];
      return proofOf(job, readOutcome(job, found));
    },
    delete: (namespace, name, uid, signal) =>
      client.delete(jobs, { namespace, name }, { uid, propagationPolicy: 'Background', signal }),
  };
}
