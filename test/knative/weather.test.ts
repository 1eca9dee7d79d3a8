/**
 * Knative's own programs are killed and started anew while backups run. Their in-memory channel loses events and their adapter misses changes: the sweep
 * brings each Operation to its end, and each claim has one backup.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Claim } from '../e2e/local-bed.ts';
import { backupRequested, contentModes, post } from '../e2e/send-event.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { describeOnKnative } from './describe-on-knative.ts';
import { type MeshBed, startMeshBed } from './mesh-bed.ts';

const sweep = { type: 'dev.knative.sources.ping', source: '/apis/v1/namespaces/soteria/pingsources/sweep', data: {} };
const claimsOf = (namespace: string, count: number): Claim[] =>
  Array.from({ length: count }, (_, index) => ({ namespace, name: `claim-${index}` }));

describeOnKnative('bad weather on Knative’s own data plane', () => {
  let on: MeshBed;
  beforeAll(async () => {
    on = await startMeshBed();
  });
  afterAll(() => on.stop());

  const send = (event: Parameters<typeof contentModes.binary>[0], mode: keyof typeof contentModes = 'binary') =>
    post(on.bed.local.brokerUrl, contentModes[mode](event));

  /** Sends until the Broker has accepted it: the ingress may be restarting. */
  async function sendUntilTaken(event: Parameters<typeof send>[0]): Promise<void> {
    await waitUntil('the Broker takes the event', async () => (await send(event)) === 202, { deadlineMs: 30_000 });
  }

  async function sweepUntilEnded(namespace: string, count: number): Promise<void> {
    await waitUntil(
      `all ${count} Operations of ${namespace} have ended`,
      async () => {
        await sendUntilTaken(sweep);
        const found = await on.bed.listOperations(namespace);
        const isOver = found.length === count && found.every(({ status }) => status?.settled === true);
        return isOver || Promise.reject(new Error(found.map(({ status }) => status?.message).join('; ')));
      },
      // A wake-up that dies between its record and its backup costs the attempt: five minutes until the next one begins (ADR 11).
      { everyMs: 1_000, deadlineMs: 480_000 },
    );
  }

  async function expectOneEach(claims: readonly Claim[]): Promise<void> {
    for (const claim of claims) {
      const found = (await on.bed.listOperations(claim.namespace)).filter(
        ({ spec }) => spec.request.pvc === claim.name,
      );
      expect(found.map(({ status }) => status?.phase)).toEqual(['Succeeded']);
      const backups = await on.bed.listRestorable(claim);
      expect(backups.map(({ name }) => name)).toEqual([found[0]?.status?.result?.backup]);
    }
  }

  it.each(['dispatcher', 'filter', 'apiserver-source', 'ingress'] as const)(
    'the %s is killed twice while backups run',
    async (program) => {
      const namespace = `killed-${program}`;
      const claims = claimsOf(namespace, 4);
      await on.bed.makeClaims(claims);
      // The same event again and again, with the same time: it is one request, however often its sender retries.
      const events = claims.map(({ name: pvc }, index) => ({
        type: backupRequested,
        id: `${namespace}-${index}`,
        time: new Date(),
        data: { namespace, pvc },
      }));
      for (const [index, event] of events.entries()) {
        await sendUntilTaken(event);
        if (index % 2 === 0) await on.mesh.restart(program);
        // A request that was lost in the channel is sent again by a careful sender.
        await pause(200);
        await sendUntilTaken(event);
      }
      await waitUntil(
        'every request is recorded',
        async () => {
          const count = (await on.bed.listOperations(namespace)).length;
          if (count === claims.length) return true;
          for (const event of events) await sendUntilTaken(event);
          throw new Error(`${count} are`);
        },
        { everyMs: 2_000, deadlineMs: 60_000 },
      );
      await sweepUntilEnded(namespace, claims.length);
      await expectOneEach(claims);
    },
  );

  it('functions are killed at their work, twelve times over', async () => {
    const namespace = 'killed-functions';
    const claims = claimsOf(namespace, 6);
    await on.bed.makeClaims(claims);
    for (const { name: pvc } of claims) {
      await sendUntilTaken({ type: backupRequested, data: { namespace, pvc } });
      for (const afterMs of [20, 60]) {
        await pause(afterMs);
        on.mesh.pods.get('backup')?.crash();
      }
    }
    await sweepUntilEnded(namespace, claims.length);
    await expectOneEach(claims);
  });
});
