/** A policy wakes the product by its own PingSource: nobody asks for the backup, and every claim has its reason. */
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { type LocalBed, startLocalBed } from './local-bed.ts';
import { contentModes, post } from './send-event.ts';

const sweep = { type: 'dev.knative.sources.ping', source: '/apis/v1/namespaces/soteria/pingsources/sweep', data: {} };

interface CoverageAnswer {
  readonly percent: number;
  readonly unproved: number;
  readonly items: readonly {
    readonly pvc: string;
    readonly code: string;
    readonly policy: string | null;
    readonly why: string;
    readonly verified_at: string | null;
    readonly prove_by: string | null;
  }[];
}

describe('a policy', () => {
  let bed: LocalBed;
  beforeAll(async () => {
    bed = await startLocalBed();
  });
  afterAll(() => bed.stop());

  async function coverage(): Promise<CoverageAnswer> {
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/coverage?namespace=team`);
    return (await answer.json()) as CoverageAnswer;
  }

  it('makes a backup at its time, without anybody’s request, and says so of each claim', async () => {
    const claim = { namespace: 'team', name: 'data' };
    await bed.makeClaims([claim, { namespace: 'team', name: 'other' }]);
    await bed.local.cluster.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'soteria', name: 'policies', labels: { 'soteria.dev/policies': 'true' } },
      data: {
        'each-minute.yaml': "id: each-minute\nclaims: [team/data]\nschedule: '* * * * *'\nretention: {keepLast: 3}\n",
      },
    });
    // The sweep finds the policy; from then on its own PingSource wakes the function.
    expect(await post(bed.local.brokerUrl, contentModes.binary(sweep))).toBe(202);
    await waitUntil('the coverage knows both claims', async () => (await coverage()).items.length === 2, {
      deadlineMs: 20_000,
    });
    expect((await coverage()).items).toMatchObject([
      { pvc: 'data', policy: 'each-minute' },
      { pvc: 'other', code: 'no_policy', policy: null },
    ]);
    expect((await coverage()).percent).toBe(50);

    const isOfPolicy = ({ spec }: { spec: { request: { policy?: string | undefined } } }) =>
      spec.request.policy === 'each-minute';
    const ended = await bed.waitForEnd('the backup of the policy', isOfPolicy, 90_000);
    expect(ended.status?.phase).toBe('Succeeded');
    expect(ended.spec.requestedBy).toEqual({ user: 'policy each-minute', via: 'policy' });
    expect(bed.activities.some((one) => one.kind === 'pinged' && one.pingSource.startsWith('tick-'))).toBe(true);
    const [point] = await bed.listRestorable(claim);
    expect(point?.catalogue['soteria.dev/policy']).toBe('each-minute');
    expect(await bed.listRestorable({ namespace: 'team', name: 'other' })).toEqual([]);
  }, 150_000);

  it('has a claim proved in its round, without anybody’s request, and says by when the others will be', async () => {
    const verify = { every: '90s', schedule: '* * * * *', files: { minFiles: 1 } };
    const body = JSON.stringify({ id: 'proved', claims: ['team/data', 'team/other'], verify });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/policies`, { method: 'POST', headers, body });
    expect(answer.status, await answer.text()).toBe(200);
    await waitUntil('the coverage says by when both are proved', async () => (await coverage()).unproved === 2);
    const isTest = ({ spec }: { spec: { kind: string } }) => spec.kind === 'RestoreTest';
    const ended = await bed.waitForEnd('the restore test of the policy', isTest, 150_000);
    expect(ended.status?.result?.proof, JSON.stringify(ended.status)).toMatchObject({ outcome: 'verified' });
    expect(ended.metadata.namespace).toBe('team');
    expect(ended.spec).toMatchObject({
      request: { pvc: 'data', policy: 'proved', verify: { minFiles: 1 } },
      requestedBy: { user: 'policy proved', via: 'policy' },
    });
    await waitUntil('the coverage says that it was proved', async () => {
      const [data, other] = (await coverage()).items;
      return data?.verified_at !== null && other?.verified_at === null && other.prove_by !== null;
    });
  }, 240_000);

  it('that is written over HTTP counts at once', async () => {
    const body = JSON.stringify({ id: 'by-http', claims: ['team/other'], schedule: '0 2 * * *' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/policies`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    await waitUntil('the coverage names the policy', async () =>
      (await coverage()).items.some(({ pvc, policy }) => pvc === 'other' && policy === 'by-http'),
    );
    expect((await coverage()).percent).toBe(100);
  });
});
