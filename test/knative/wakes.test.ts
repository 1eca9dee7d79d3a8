/**
 * What wakes a function on the real mesh: the PingSources' own events, and an event for a function that sleeps or is about to. Not here, because it takes
 * minutes: connections from the queue-proxy that were idle for 90 to 104 seconds. Tried once on 28 November 2026, no request failed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { pingSources } from '@soteria/local/mesh/manifest/knative-types.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAbout } from '../e2e/local-bed.ts';
import { backupRequested, contentModes, post } from '../e2e/send-event.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { describeOnKnative } from './describe-on-knative.ts';
import { type MeshBed, startMeshBed } from './mesh-bed.ts';

describeOnKnative('waking on Knative’s own data plane', () => {
  let on: MeshBed;
  beforeAll(async () => {
    on = await startMeshBed();
  });
  afterAll(() => on.stop());

  const linesOf = (service: string, since = 0): string[] =>
    on.bed.activities.slice(since).flatMap((one) => (one.kind === 'log' && one.service === service ? [one.line] : []));

  const countOf = (kind: 'woke' | 'slept', service: string): number =>
    on.bed.activities.filter((one) => one.kind === kind && one.service === service).length;

  async function askForBackup(claim: { namespace: string; name: string }): Promise<void> {
    const data = { namespace: claim.namespace, pvc: claim.name };
    const event = { type: backupRequested, id: `wake-${claim.name}`, time: new Date(), data };
    expect(await post(on.bed.local.brokerUrl, contentModes.binary(event))).toBe(202);
  }

  it.each([
    ['sweep', 'policy-tick', 'swept'],
    ['b2-usage', 'b2-usage', 'usage_measured'],
  ])('the PingSource %s of the manifests wakes %s', async (name, service, said) => {
    const ref = { namespace: 'soteria', name };
    const { client } = on.bed.local.cluster;
    const shipped = await client.get(pingSources, ref);
    const { length } = on.bed.activities;
    // A seventh of a minute in place of an hour; otherwise the source is the shipped source.
    await client.patch(pingSources, ref, { spec: { schedule: '*/8 * * * * *' } });
    await waitUntil(`${service} says ${said}`, () => linesOf(service, length).some((line) => line.includes(said)));
    await client.patch(pingSources, ref, { spec: shipped?.['spec'] });
  });

  it('a policy’s own PingSource wakes policy-tick, and a claim is backed up without a request', async () => {
    const claim = { namespace: 'ticked', name: 'data' };
    await on.bed.makeClaims([claim]);
    const { length } = on.bed.activities;
    const answer = await fetch(`${on.bed.local.frontDoorUrl}/v1/policies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${on.server.adminToken}` },
      body: JSON.stringify({ id: 'each-minute', claims: ['ticked/data'], schedule: '* * * * *' }),
    });
    expect(answer.status, await answer.text()).toBe(200);
    const ended = await on.bed.waitForEnd('the backup of the policy', isAbout(claim), 100_000);
    expect([ended.status?.phase, ended.spec.requestedBy?.via]).toEqual(['Succeeded', 'policy']);
    await waitUntil(
      'the event of the policy’s PingSource has been answered',
      () => linesOf('policy-tick', length).some((line) => line.includes('pingsources/tick-')),
      { deadlineMs: 75_000 },
    );
    await fetch(`${on.bed.local.frontDoorUrl}/v1/policies/each-minute`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${on.server.adminToken}` },
    });
  });

  it('an event that arrives while a pod drains is served by that pod; the first event after its end starts another pod', async () => {
    const claims = ['early', 'late'].map((name) => ({ namespace: 'drained', name }));
    await on.bed.makeClaims(claims);
    const [early, late] = claims;
    const pod = on.mesh.pods.get('backup');
    if (early === undefined || late === undefined || pod === undefined) throw new Error('there is no such pod');
    const { length: before } = linesOf('backup');
    const woken = countOf('woke', 'backup');
    const asleep = pod.sleep();
    await pause(2_000);
    await askForBackup(early);
    expect((await on.bed.waitForEnd('the backup during the drain', isAbout(early))).status?.phase).toBe('Succeeded');
    expect([countOf('slept', 'backup'), countOf('woke', 'backup')]).toEqual([0, woken]);
    await asleep;
    expect([countOf('slept', 'backup'), countOf('woke', 'backup')]).toEqual([1, woken]);
    await waitUntil('the function has said its last line', () =>
      linesOf('backup').slice(before).at(-1)?.includes('function_stopped'),
    );

    const startedAt = performance.now();
    await askForBackup(late);
    expect((await on.bed.waitForEnd('the backup after the sleep', isAbout(late))).status?.phase).toBe('Succeeded');
    console.info(`from an event for a sleeping function to the settled backup: ${performance.now() - startedAt} ms`);
    expect(countOf('woke', 'backup')).toBe(woken + 1);
    expect(countOf('slept', 'policy-tick')).toBe(0);
  });

  it('sweep-busy, made by a function, is served by the adapter, and its last sweep deletes it', async () => {
    const claim = { namespace: 'busy', name: 'data' };
    await on.bed.makeClaims([claim]);
    await askForBackup(claim);
    const ref = { namespace: 'soteria', name: 'sweep-busy' };
    const { client } = on.bed.local.cluster;
    expect(await waitUntil('sweep-busy is there', () => client.get(pingSources, ref))).toBeDefined();
    const { length } = on.bed.activities;
    await on.bed.waitForEnd('the backup', isAbout(claim));
    // Only a sweep deletes it, and now only its own event starts a sweep.
    await waitUntil('sweep-busy is gone', async () => (await client.get(pingSources, ref)) === undefined, {
      everyMs: 1_000,
      deadlineMs: 150_000,
    });
    // The sweep deletes the source first and reports that at its end.
    await waitUntil('the sweep has said what it did', () =>
      linesOf('policy-tick', length).some((line) => line.includes('swept')),
    );
  });
});
