/** An Operation is deleted while it is open, and none of its objects changes again: the sweep finds and deletes them, with real processes. */
import { backups, snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { isAbout, type LocalBed, startLocalBed } from './local-bed.ts';
import { backupRequested, contentModes, post } from './send-event.ts';

const claim = { namespace: 'leftovers', name: 'data' };
const busySweep = {
  type: 'dev.knative.sources.ping',
  source: '/apis/v1/namespaces/soteria/pingsources/sweep-busy',
  data: {},
};

let bed: LocalBed;
beforeAll(async () => {
  bed = await startLocalBed();
});
afterAll(() => bed.stop());

it('the objects of a deleted operation are gone after the busy sweep that finds no open operation', async () => {
  const { client } = bed.local.cluster;
  const watched = async () => {
    const query = { namespace: 'longhorn-system', labelSelector: watchLabel };
    const [ofSnapshots, ofBackups] = await Promise.all([client.list(snapshots, query), client.list(backups, query)]);
    // Longhorn only marks the newest snapshot of a volume, and deletes it with the next snapshot (longhorn.md 1.3).
    const alive = [...ofSnapshots.items, ...ofBackups.items].filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    return alive.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  };
  await bed.makeClaims([claim]);
  bed.local.faults.set('stuckInProgress', true);
  const event = { type: backupRequested, data: { namespace: claim.namespace, pvc: claim.name } };
  expect(await post(bed.local.brokerUrl, contentModes.binary(event))).toBe(202);
  const open = await waitUntil('its backup is under way, and stuck', async () => {
    const found = (await bed.listOperations(claim.namespace)).find(isAbout(claim));
    return found?.status?.work?.backupMade === true && found;
  });
  expect(await watched()).toHaveLength(2);

  const { name, namespace } = open.metadata;
  await client.delete(operations, { name, namespace });
  expect(await watched()).toHaveLength(2);
  await waitUntil('nothing of it is left', async () => {
    await post(bed.local.brokerUrl, contentModes.binary(busySweep));
    const left = await watched();
    if (left.length > 0) throw new Error(left.join(', '));
    return true;
  });
  expect(await bed.listRestorable(claim)).toEqual([]);
});
