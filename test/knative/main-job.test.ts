/** The demo, through Knative's own Broker, filter, channel, ApiServerSource adapter and queue-proxies. */
import { runDemo } from '@soteria/local/demo/run-demo.ts';
import { backupRequested, contentModes, post } from '../e2e/send-event.ts';
import { isAbout } from '../e2e/local-bed.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnKnative } from './describe-on-knative.ts';
import { type MeshBed, startMeshBed } from './mesh-bed.ts';

describeOnKnative('the product on Knative’s own data plane', () => {
  let on: MeshBed;
  beforeAll(async () => {
    on = await startMeshBed();
  });
  afterAll(() => on.stop());

  it('does the main job: backup, increment, restore, and tests that prove and refute', async () => {
    const { ok, steps } = await runDemo({
      local: on.bed.local,
      claim: 'photos',
      timeoutMs: 60_000,
      onStep: () => undefined,
    });
    expect(ok, JSON.stringify(steps)).toBe(true);
  });

  it.each(['binary', 'structured'] as const)('an event in the %s mode, sent twice, is one backup', async (mode) => {
    const claim = { namespace: 'asked', name: `by-${mode}` };
    await on.bed.makeClaims([claim]);
    const event = {
      type: backupRequested,
      id: `asked-${mode}`,
      time: new Date(),
      data: { namespace: 'asked', pvc: claim.name },
    };
    const message = contentModes[mode](event);
    expect([await post(on.bed.local.brokerUrl, message), await post(on.bed.local.brokerUrl, message)]).toEqual([
      202, 202,
    ]);
    const ended = await on.bed.waitForEnd(`the backup of ${claim.name}`, isAbout(claim));
    expect(ended.status?.phase).toBe('Succeeded');
    expect((await on.bed.listOperations('asked')).filter(isAbout(claim))).toHaveLength(1);
  });

  it('an event that is refused permanently becomes a dead letter with the reason and its data', async () => {
    const event = { type: backupRequested, id: 'no-such-member', data: { namespace: 'asked', pvc: 'x', wrong: true } };
    expect(await post(on.bed.local.brokerUrl, contentModes.binary(event))).toBe(202);
    const letters = async () => {
      const answer = await fetch(`${on.bed.local.frontDoorUrl}/v1/dead-letters`, {
        headers: { authorization: `Bearer ${on.server.adminToken}` },
      });
      return (await answer.json()) as { items: { reason: string; event: { id: string; data: unknown } }[] };
    };
    const found = await waitUntil('the dead letter is kept', async () => {
      const { items } = await letters();
      return (
        items.find(({ event: lost }) => lost.id === 'no-such-member') ??
        Promise.reject(new Error(JSON.stringify(items)))
      );
    });
    // The dispatcher has extracted the function's own answer from the filter's answer.
    expect(found.reason).toMatch(/^422 .*must not have the member.*wrong/);
    expect(found.event.data).toEqual(event.data);
  });

  it('a restore requested by an unsigned event is refused, and changes nothing', async () => {
    const type = 'dev.soteria.restore.requested.v1';
    const data = { namespace: 'sample', pvc: 'photos', target_pvc: 'stolen' };
    expect(await post(on.bed.local.brokerUrl, contentModes.binary({ type, id: 'unsigned', data }))).toBe(202);
    await waitUntil('the refusal is a dead letter', async () => {
      const answer = await fetch(`${on.bed.local.frontDoorUrl}/v1/dead-letters`, {
        headers: { authorization: `Bearer ${on.server.adminToken}` },
      });
      return (await answer.text()).includes('unsigned');
    });
    expect((await on.bed.listOperations()).filter(({ spec }) => spec.request.targetPvc === 'stolen')).toEqual([]);
  });
});
