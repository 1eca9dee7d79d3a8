import { SoteriaError } from '@soteria/shared/errors.ts';
import { jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import { createProofJobs } from './proof-jobs.ts';

const { client } = createMemoryCluster({ namespaces: ['proof'] });
const draft = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job', namespace: 'proof' },
  spec: { template: { spec: { containers: [] } } },
};

function refusing(code: 'cluster_forbidden' | 'cluster_unavailable') {
  const refuse = () => Promise.reject(new SoteriaError(code, { what: 'w', why: 'y', fix: 'f' }));
  return createProofJobs({ ...client, get: refuse });
}

describe('the Jobs of a restore test', () => {
  it('are tried without being made', async () => {
    const proofs = createProofJobs(client);
    expect(await proofs.whyNot(draft)).toBeUndefined();
    expect((await client.list(jobs)).items).toEqual([]);
    const there = { ...draft, metadata: { ...draft.metadata, namespace: 'nowhere' } };
    expect(await proofs.whyNot(there)).toMatchObject({ code: 'not_found' });
  });

  it('are not there where the function may no longer look, so that nothing waits for them for ever', async () => {
    expect(await refusing('cluster_forbidden').get('proof', 'job')).toBeUndefined();
    await expect(refusing('cluster_unavailable').get('proof', 'job')).rejects.toMatchObject({
      code: 'cluster_unavailable',
    });
  });
});
