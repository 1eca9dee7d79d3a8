/** A policy wakes the product by its own PingSource: no caller requests the backup, and every claim has its reason. */
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
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

  it('makes a backup when due, without a request, and reports it for each claim', async () => {
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

  it('has a claim proved in its round, without a request, and reports when the other claims will be proved', async () => {
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

  it('wakes policy-tick for each due time, catches up once after three that were missed, and has its PingSource while it is there', async () => {
    const sources = async () => {
      const { items } = await bed.local.cluster.client.list(pingSources, { namespace: 'soteria' });
      return items.filter(({ metadata }) => metadata.name.startsWith('tick-')).map(({ spec }) => spec);
    };
    expect(await sources()).toMatchObject([{ schedule: '* * * * *' }]);
    const dueTimes = async () => {
      const all = (await bed.listOperations('team')).filter(({ spec }) => spec.request.policy === 'each-minute');
      return all.map(({ spec }) => Date.parse(spec.identity?.split('/').at(-1) ?? '')).toSorted((a, b) => a - b);
    };
    const known = await dueTimes();
    const from = bed.activities.length;
    await waitUntil('the next due time has its backup', async () => (await dueTimes()).at(-1) !== known.at(-1), {
      deadlineMs: 90_000,
    });
    // The function was not kept awake for it: between the two pings it had no process.
    const wakes = bed.activities.slice(from).flatMap((one) => {
      if (one.kind === 'pinged') return one.pingSource.startsWith('tick-') ? ['pinged'] : [];
      return (one.kind === 'slept' || one.kind === 'woke') && one.service === 'policy-tick' ? [one.kind] : [];
    });
    expect(wakes.join(' ')).toMatch(/^(pinged )?slept (pinged woke|woke pinged|woke)/);

    const last = (await dueTimes()).at(-1) ?? 0;
    const isLast = ({ spec }: { spec: { identity?: string | undefined } }) =>
      spec.identity?.endsWith(new Date(last).toISOString()) === true;
    await bed.waitForEnd('the backup before the outage', isLast);
    await bed.restart(4 * 60_000);
    await waitUntil('a backup makes up for what was missed', async () => (await dueTimes()).at(-1) !== last, {
      deadlineMs: 90_000,
    });
    const later = (await dueTimes()).filter((at) => at > last);
    expect(later).toHaveLength(1);
    expect((later[0] ?? 0) - last).toBeGreaterThan(3 * 60_000);

    await bed.local.cluster.client.delete(configMaps, { namespace: 'soteria', name: 'policies' });
    // The policy whose restore tests have the same schedule.
    await fetch(`${bed.local.frontDoorUrl}/v1/policies/proved`, { method: 'DELETE' });
    await post(bed.local.brokerUrl, contentModes.binary(sweep));
    await waitUntil('no PingSource is left', async () => (await sources()).length === 0, { deadlineMs: 20_000 });
  }, 300_000);

  it('that is written over HTTP counts at once', async () => {
    const body = JSON.stringify({ id: 'by-http', claims: ['team/other'], schedule: '0 2 * * *' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${bed.local.frontDoorUrl}/v1/policies`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    await waitUntil('the coverage names the policy', async () =>
      (await coverage()).items.some(({ pvc, policy }) => pvc === 'other' && policy === 'by-http'),
    );
    expect((await coverage()).items).toMatchObject([{ pvc: 'data' }, { pvc: 'other', policy: 'by-http' }]);
  });
});
