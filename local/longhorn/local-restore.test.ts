import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { backupDraft, snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { engines, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { volumeStore } from './store/layout.ts';
import { type LocalLonghornTest, startLocalLonghorn } from './testing/start-local-longhorn.ts';
import { until } from './testing/until.ts';

const megabyte = 1024 * 1024;
const really = { isDryRun: false };
const inLonghorn = { namespace: 'longhorn-system' };

describe('restoring with the local Longhorn', () => {
  let at: LocalLonghornTest;
  let source: string;
  let url: string;
  const database = randomBytes(9 * megabyte);

  beforeEach(async () => {
    at = await startLocalLonghorn({ pace: { restoreBytesPerStep: megabyte } });
    source = await at.addClaim('data');
    const folder = at.folders.claim('shop', 'data');
    await mkdir(join(folder, 'deep/empty'), { recursive: true });
    await writeFile(join(folder, 'deep/database'), database);
    await writeFile(join(folder, 'script'), 'run');
    await chmod(join(folder, 'script'), 0o750);
    await symlink('deep/database', join(folder, 'link'));
    await at.longhorn.snapshots.create(snapshotDraft('snap', source), really);
    await until('the snapshot is ready', async () => (await at.longhorn.snapshots.get('snap'))?.isReady);
    const draft = backupDraft('backup', source, 'snap');
    const kubernetesStatus = JSON.stringify({ namespace: 'shop', pvcName: 'data', lastPVCRefAt: '' });
    const catalogue = { ...draft.catalogue, KubernetesStatus: kubernetesStatus };
    await at.longhorn.backups.create({ ...draft, catalogue }, really);
    url = await until('the backup is restorable', async () => {
      const backup = await at.longhorn.backups.get('backup');
      return backup !== undefined && whyNotRestorable(backup) === undefined && backup.url;
    });
  });
  afterEach(() => at.close());

  function volumeDraft(name: string, spec: object = {}): Draft<VolumeResource> {
    return {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Volume',
      metadata: { name, ...inLonghorn },
      spec: { fromBackup: url, frontend: 'blockdev', dataEngine: 'v1', numberOfReplicas: 2, ...spec },
    };
  }

  const create = (name: string) => at.cluster.client.create(volumes, volumeDraft(name));
  const read = (name: string) => at.cluster.client.get(volumes, { name, ...inLonghorn });
  const conditionOf = (volume: VolumeResource | undefined, type: string) =>
    volume?.status?.conditions?.find((each) => each.type === type);

  async function volumeIs(name: string, isSo: (volume: VolumeResource) => boolean): Promise<VolumeResource> {
    return until(`volume ${name} is as expected`, async () => {
      const volume = await read(name);
      return volume !== undefined && isSo(volume) && volume;
    });
  }

  /** The rule of longhorn.md 3.3. */
  const isDone = ({ status }: VolumeResource) =>
    status?.restoreInitiated === true && status.restoreRequired !== true && status.state === 'detached';
  const hasFailed = (volume: VolumeResource) => conditionOf(volume, 'Restore')?.reason === 'RestoreFailure';

  test('the volume holds every byte, and its states come in their order', async () => {
    const seen: string[] = [];
    const progress: number[] = [];
    at.cluster.onCommit(({ plural, object }) => {
      if (object?.metadata.name === 'restored' && plural === 'volumes') {
        const { status } = volumes.parse(object);
        const flags = `${status?.restoreInitiated === true ? 'I' : ''}${status?.restoreRequired === true ? 'R' : ''}`;
        const text = `${status?.state ?? ''} ${flags}`;
        if (seen.at(-1) !== text) seen.push(text);
      }
      if (plural !== 'engines' || object === null) return;
      const replicas = Object.values(engines.parse(object).status?.restoreStatus ?? {});
      if (replicas.length > 0) progress.push(Math.min(...replicas.map((replica) => replica?.progress ?? 0)));
    });
    await create('restored');
    const volume = await volumeIs('restored', isDone);
    expect(seen).toEqual([
      ' ',
      'creating IR',
      'detached IR',
      'attaching IR',
      'attached IR',
      'attached I',
      'detaching I',
      'detached I',
    ]);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(volume).toMatchObject({
      metadata: { labels: { 'backup-volume': source, 'backup-target': 'default', longhornvolume: 'restored' } },
      spec: { size: '1073741824', accessMode: 'rwo', backupTargetName: 'default' },
      status: { robustness: 'unknown', kubernetesStatus: { namespace: 'shop', pvcName: 'data', pvName: '' } },
    });
    expect(volume.status?.kubernetesStatus?.lastPVCRefAt).not.toBe('');
    const folder = at.folders.volume('restored');
    expect(database.equals(await readFile(join(folder, 'deep/database')))).toBe(true);
    expect(await readlink(join(folder, 'link'))).toBe('deep/database');
    expect((await readdir(join(folder, 'deep'))).toSorted()).toEqual(['database', 'empty']);
    expect(await readdir(join(at.folders.dataDir, 'volumes'))).not.toContain('.restored');
  });

  test('a claim bound to the volume at once shows its files when the restore is complete', async () => {
    at.local().faults.set('stuckRestore', true);
    await create('restored');
    await volumeIs('restored', ({ status }) => status?.state === 'attached');
    const { client } = at.cluster;
    const size = { storage: '1073741824' };
    await client.create(persistentVolumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'restored' },
      spec: {
        capacity: size,
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'longhorn-static',
        claimRef: { namespace: 'shop', name: 'data-restored' },
        csi: { driver: 'driver.longhorn.io', volumeHandle: 'restored', fsType: 'ext4' },
      },
    });
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data-restored', namespace: 'shop' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'longhorn-static',
        volumeName: 'restored',
        resources: { requests: size },
      },
    });
    await until('the claim is bound', async () => {
      const claim = await client.get(persistentVolumeClaims, { name: 'data-restored', namespace: 'shop' });
      return claim?.status?.phase === 'Bound';
    });
    const file = join(at.folders.claim('shop', 'data-restored'), 'script');
    await expect(readFile(file)).rejects.toThrow(/ENOENT/);
    at.local().faults.clear('stuckRestore');
    await volumeIs('restored', isDone);
    expect(await readFile(file, 'utf8')).toBe('run');
    await volumeIs('restored', ({ status }) => status?.kubernetesStatus?.pvcName === 'data-restored');
  });

  test('a restore continues after a restart with the files it has', async () => {
    await create('restored');
    await volumeIs('restored', ({ status }) => status?.state === 'attached');
    await until('a part has been written', async () => {
      const engine = await at.cluster.client.get(engines, { name: 'restored-e-0', ...inLonghorn });
      const [replica] = Object.values(engine?.status?.restoreStatus ?? {});
      return (replica?.progress ?? 0) > 10;
    });
    await at.restart();
    await volumeIs('restored', isDone);
    expect(database.equals(await readFile(join(at.folders.volume('restored'), 'deep/database')))).toBe(true);
  });

  test('a backup with a damaged block makes a faulted volume, and no folder', async () => {
    const store = volumeStore(at.folders.target('default'), source);
    const found = await readdir(store.blocksFolder, { recursive: true, withFileTypes: true });
    const block = found.find((each) => each.isFile());
    if (block === undefined) throw new Error('the target has no blocks');
    await writeFile(join(block.parentPath, block.name), 'damaged');
    await create('restored');
    const volume = await volumeIs('restored', hasFailed);
    expect(volume.status).toMatchObject({ state: 'detached', robustness: 'faulted', restoreRequired: true });
    expect(await readdir(join(at.folders.dataDir, 'volumes'))).not.toContain('restored');
  });

  test('a failed volume stays failed; after it is deleted, a new volume of the same name is restored', async () => {
    at.local().faults.set('faultedRestore', true);
    await create('restored');
    await volumeIs('restored', hasFailed);
    at.local().faults.clear('faultedRestore');
    await at.cluster.client.delete(volumes, { name: 'restored', ...inLonghorn });
    await until('it is gone', async () => (await read('restored')) === undefined);
    expect(await at.cluster.client.get(engines, { name: 'restored-e-0', ...inLonghorn })).toBeUndefined();
    expect((await readdir(join(at.folders.dataDir, 'volumes'))).filter((name) => name.includes('restored'))).toEqual(
      [],
    );
    await create('restored');
    await volumeIs('restored', isDone);
  });

  test('a restore without room reports that, and continues when there is room', async () => {
    at.local().faults.set('unschedulable', 'insufficient storage');
    await create('restored');
    const waiting = await volumeIs('restored', (volume) => conditionOf(volume, 'Scheduled')?.status === 'False');
    expect(conditionOf(waiting, 'Scheduled')).toMatchObject({
      reason: 'ReplicaSchedulingFailure',
      message: 'insufficient storage',
    });
    at.local().faults.clear('unschedulable');
    expect(conditionOf(await volumeIs('restored', isDone), 'Scheduled')?.status).toBe('True');
  });

  test('no more than five restores run on the node, and the sixth runs next', async () => {
    at.local().faults.set('stuckRestore', true);
    const names = ['r-1', 'r-2', 'r-3', 'r-4', 'r-5'];
    for (const name of names) await create(name);
    for (const name of names) await volumeIs(name, ({ status }) => status?.state === 'attached');
    await create('r-6');
    await volumeIs('r-6', ({ status }) => status?.state === 'detached' && status.restoreRequired === true);
    at.local().faults.clear('stuckRestore');
    for (const name of [...names, 'r-6']) await volumeIs(name, isDone);
  });

  test('a backup is not deleted while another backup of its volume is restored', async () => {
    at.local().faults.set('stuckRestore', true);
    await create('restored');
    await volumeIs('restored', ({ status }) => status?.state === 'attached');
    const backup = await at.longhorn.backups.get('backup');
    await at.longhorn.backups.delete('backup', backup?.uid ?? '');
    const refused = await until('the deletion has failed', async () => {
      const found = await at.longhorn.backups.get('backup');
      return found?.state === 'Error' && found;
    });
    expect(refused.isDeleting).toBe(true);
    at.local().faults.clear('stuckRestore');
    await volumeIs('restored', isDone);
    await until('the backup is gone', async () => (await at.longhorn.backups.get('backup')) === undefined);
    expect(await readFile(join(at.folders.volume('restored'), 'script'), 'utf8')).toBe('run');
  });

  test('a restore needs only the target, not the source', async () => {
    await at.cluster.client.delete(persistentVolumeClaims, { name: 'data', namespace: 'shop' });
    await until('its volume is gone', async () => (await read(source)) === undefined);
    await rm(at.folders.snapshotsOf(source), { recursive: true, force: true });
    await create('restored');
    await volumeIs('restored', isDone);
    expect(await readFile(join(at.folders.volume('restored'), 'script'), 'utf8')).toBe('run');
  });
});
