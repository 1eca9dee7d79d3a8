/** Restores on the embedded default: a new claim with every byte, never over another claim, and nothing left of a failed restore. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { addSecondTarget, makeBackupElsewhere, wakeWhenListed } from './migrate.ts';
import { type Claim, isAbout, type LocalBed, startLocalBed } from './local-bed.ts';

const mebibyte = 1024 * 1024;
const source: Claim = { namespace: 'shop', name: 'data' };

describe('a restore on the embedded default', () => {
  let bed: LocalBed;
  let original: Map<string, string>;

  beforeAll(async () => {
    bed = await startLocalBed({ sleepPace: 60 });
    await bed.makeClaims([source], {
      'big.raw': randomBytes(5 * mebibyte),
      'deep/down/file.txt': 'content',
      empty: '',
    });
    original = await digestFolder(folderOf(source.name));
    const answer = await send('/v1/backup', { namespace: source.namespace, pvc: source.name });
    expect(answer.status).toBe(202);
    const backup = await bed.waitForEnd('the backup', isAbout(source));
    expect(backup.status?.phase).toBe('Succeeded');
  });
  afterAll(() => bed.stop());

  const folderOf = (claim: string) => bed.local.claimFolder(source.namespace, claim);

  function send(path: string, body: object): Promise<Response> {
    return fetch(`${bed.local.frontDoorUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  const restore = (target: string, more: object = {}) =>
    send('/v1/restores', { namespace: source.namespace, pvc: source.name, target_pvc: target, ...more });

  const endOf = (target: string) =>
    bed.waitForEnd(
      `the restore into ${target}`,
      ({ spec }) => spec.kind === 'Restore' && spec.request.targetPvc === target,
      60_000,
    );

  const readClaim = (name: string) =>
    bed.local.cluster.client.get(persistentVolumeClaims, { namespace: source.namespace, name });

  async function restoredVolumes(operation: Operation) {
    const { client } = bed.local.cluster;
    const all = [
      ...(await Array.fromAsync(listAll(client, volumes, { namespace: 'longhorn-system' }))),
      ...(await Array.fromAsync(listAll(client, persistentVolumes))),
    ];
    return all.filter(({ metadata }) => metadata.labels?.['soteria.dev/operation-uid'] === operation.metadata.uid);
  }

  it('makes a new claim with every byte, after the source was damaged', async () => {
    await writeFile(join(folderOf(source.name), 'deep/down/file.txt'), 'damaged');
    await rm(join(folderOf(source.name), 'big.raw'));
    const answer = await restore('data-restored');
    expect(answer.status).toBe(202);
    const operation = await endOf('data-restored');
    expect(operation.status).toMatchObject({ phase: 'Succeeded', progress: 100 });
    expect(differences(original, await digestFolder(folderOf('data-restored')))).toEqual([]);
    expect(differences(original, await digestFolder(folderOf(source.name)))).toEqual(['big.raw', 'deep/down/file.txt']);
    expect(await readClaim('data-restored')).toMatchObject({
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'longhorn', volumeMode: 'Filesystem' },
      status: { phase: 'Bound' },
    });
  });

  it('is refused where the claim exists, before anything is made', async () => {
    const before = await readClaim(source.name);
    const answer = await restore(source.name);
    expect(answer.status).toBe(409);
    expect(await readClaim(source.name)).toEqual(before);
  });

  it('can itself be backed up and restored', async () => {
    const restored = { namespace: source.namespace, name: 'data-restored' };
    expect((await send('/v1/backup', { namespace: restored.namespace, pvc: restored.name })).status).toBe(202);
    const backup = await bed.waitForEnd('its backup', isAbout(restored));
    expect(backup.status?.phase).toBe('Succeeded');
    expect(await bed.compareWithClaim(backup)).toEqual([]);
  });

  it('accepts a backup of another cluster by its URL, as soon as Longhorn has read its store', async () => {
    const elsewhere = await makeBackupElsewhere(source, { 'moved.bin': randomBytes(mebibyte), 'note.txt': 'moved' });
    try {
      const { url, folder } = await addSecondTarget(bed);
      await elsewhere.copyTo(folder);
      const backupUrl = `${url}?backup=${elsewhere.backup}&volume=${elsewhere.volume}`;
      const answer = await restore('data-moved', { backup_url: backupUrl });
      const body = (await answer.json()) as { operation: string; message: string };
      expect(answer.status).toBe(202);
      expect(body.message).toContain('reads backup target second');
      await wakeWhenListed(bed, elsewhere.backup, { namespace: source.namespace, name: body.operation });
      const operation = await endOf('data-moved');
      expect(operation.status?.phase, JSON.stringify(operation.status)).toBe('Succeeded');
      expect(differences(elsewhere.original, await digestFolder(folderOf('data-moved')))).toEqual([]);
    } finally {
      await elsewhere.forget();
    }
  }, 60_000);

  it('has the requested size', async () => {
    expect((await restore('data-larger', { size: '3Gi' })).status).toBe(202);
    const operation = await endOf('data-larger');
    expect(operation.status?.phase, JSON.stringify(operation.status)).toBe('Succeeded');
    expect(await readClaim('data-larger')).toMatchObject({ spec: { resources: { requests: { storage: '3Gi' } } } });
    const grown = await bed.local.cluster.client.get(persistentVolumes, {
      name: operation.status?.result?.volume ?? '',
    });
    expect(grown?.spec?.capacity).toEqual({ storage: String(3 * 1024 * mebibyte) });
  });

  it('that fails leaves nothing behind but its record', async () => {
    bed.local.faults.set('faultedRestore', true);
    try {
      expect((await restore('data-faulted')).status).toBe(202);
      const operation = await endOf('data-faulted');
      expect(operation.status).toMatchObject({ phase: 'Failed', error: { code: expect.any(String) } });
      expect(await readClaim('data-faulted')).toBeUndefined();
      await waitUntil('its volumes are gone', async () => (await restoredVolumes(operation)).length === 0);
    } finally {
      bed.local.faults.clear('faultedRestore');
    }
  });

  it('continues after a restart of everything', async () => {
    bed.local.faults.set('stuckRestore', true);
    expect((await restore('data-after-restart')).status).toBe(202);
    await waitUntil('the restore is under way', async () => {
      const all = await Array.fromAsync(listAll(bed.local.cluster.client, volumes, { namespace: 'longhorn-system' }));
      return all.some(({ status }) => status?.restoreRequired === true && status.state === 'attached');
    });
    // The fault is this process's: it goes with the restart.
    await bed.restart();
    const operation = await endOf('data-after-restart');
    expect(operation.status?.phase).toBe('Succeeded');
    expect(differences(original, await digestFolder(folderOf('data-after-restart')))).toEqual([]);
  });
});
