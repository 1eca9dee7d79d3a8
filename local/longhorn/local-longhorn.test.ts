import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { backupDraft, snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { type Backup, whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { restoreToFolder } from './store/restore.ts';
import { type LocalLonghornTest, startLocalLonghorn } from './testing/start-local-longhorn.ts';
import { until } from './testing/until.ts';

const megabyte = 1024 * 1024;
const really = { isDryRun: false };

describe('the local Longhorn', () => {
  let at: LocalLonghornTest;
  beforeEach(async () => {
    at = await startLocalLonghorn();
  });
  afterEach(() => at.close());

  const claimFile = (claim: string, file: string) => join(at.folders.claim('shop', claim), file);

  async function snapshotOf(volume: string, name: string): Promise<void> {
    await at.longhorn.snapshots.create(snapshotDraft(name, volume), really);
    await until(`snapshot ${name} is ready`, async () => (await at.longhorn.snapshots.get(name))?.isReady);
  }

  async function backupIs(name: string, isSo: (backup: Backup) => boolean): Promise<Backup> {
    return until(`backup ${name} is as expected`, async () => {
      const backup = await at.longhorn.backups.get(name);
      return backup !== undefined && isSo(backup) && backup;
    });
  }

  const restorable = (name: string) => backupIs(name, (backup) => whyNotRestorable(backup) === undefined);

  async function backUp(volume: string, name: string, mode: 'incremental' | 'full' = 'incremental'): Promise<Backup> {
    await snapshotOf(volume, `${name}-snap`);
    await at.longhorn.backups.create({ ...backupDraft(name, volume, `${name}-snap`), mode }, really);
    return restorable(name);
  }

  async function deleteBackup(name: string): Promise<void> {
    await at.longhorn.backups.delete(name, (await at.longhorn.backups.get(name))?.uid ?? '');
  }

  test('a claim gets a volume, a PersistentVolume and a folder', async () => {
    const volume = await at.addClaim('data');
    const claim = await at.cluster.client.get(persistentVolumeClaims, { name: 'data', namespace: 'shop' });
    expect(volume).toBe(`pvc-${claim?.metadata.uid}`);
    expect(claim?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '1073741824' } });
    const pv = await at.cluster.client.get(persistentVolumes, { name: volume });
    expect(pv).toMatchObject({
      spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: volume, fsType: 'ext4' }, claimRef: { name: 'data' } },
      status: { phase: 'Bound' },
    });
    await writeFile(claimFile('data', 'file'), 'content');
    expect(await readFile(join(at.folders.volume(volume), 'file'), 'utf8')).toBe('content');
  });

  test('a folder that was there before its claim becomes the volume', async () => {
    await mkdir(at.folders.claim('shop', 'data'), { recursive: true });
    await writeFile(claimFile('data', 'file'), 'content');
    const volume = await at.addClaim('data');
    expect(await readFile(join(at.folders.volume(volume), 'file'), 'utf8')).toBe('content');
    await until('the volume is measured', async () => (await at.longhorn.getVolume(volume))?.actualSizeBytes === 7n);
    expect((await lstat(at.folders.claim('shop', 'data'))).isSymbolicLink()).toBe(true);
  });

  test('a second backup uploads what changed, and both give back their bytes', async () => {
    const volume = await at.addClaim('data');
    const first = randomBytes(5 * megabyte);
    await writeFile(claimFile('data', 'database'), first);
    await writeFile(claimFile('data', 'static'), randomBytes(3 * megabyte));
    const one = await backUp(volume, 'backup-1');
    const second = Buffer.from(first).fill(1, 0, 10);
    await writeFile(claimFile('data', 'database'), second);
    const two = await backUp(volume, 'backup-2');
    expect(one.uploadedBytes).toBeGreaterThan(8n * 1024n * 1024n);
    expect(two.uploadedBytes).toBeLessThan(3n * 1024n * 1024n);
    expect(two.uploadedBytes).toBeGreaterThan(1n * 1024n * 1024n);
    expect(two.sizeBytes).toBe(one.sizeBytes);
    for (const [name, bytes] of [
      ['backup-1', first],
      ['backup-2', second],
    ] as const) {
      const folder = join(at.folders.dataDir, name);
      await restoreToFolder(at.folders.target('default'), volume, name, folder);
      expect(bytes.equals(await readFile(join(folder, 'database')))).toBe(true);
      expect((await readdir(folder)).toSorted()).toEqual(['database', 'static']);
    }
  });

  test('a backup holds the instant of its snapshot, not of its upload', async () => {
    const volume = await at.addClaim('data');
    await writeFile(claimFile('data', 'file'), 'before');
    await snapshotOf(volume, 'snap');
    await writeFile(claimFile('data', 'file'), 'after');
    await at.longhorn.backups.create(backupDraft('backup', volume, 'snap'), really);
    await restorable('backup');
    await restoreToFolder(at.folders.target('default'), volume, 'backup', join(at.folders.dataDir, 'restored'));
    expect(await readFile(join(at.folders.dataDir, 'restored/file'), 'utf8')).toBe('before');
  });

  test('the states come in their order, and the facts one step after Completed', async () => {
    const volume = await at.addClaim('data');
    await writeFile(claimFile('data', 'file'), randomBytes(5 * megabyte));
    const seen: string[] = [];
    at.cluster.onCommit(({ plural, object }) => {
      if (plural !== 'backups' || object === null) return;
      const { status } = backups.parse(object);
      const text = `${status?.state ?? ''}${(status?.lastSyncedAt ?? '') === '' ? '' : ' synced'}`;
      if (seen.at(-1) !== text) seen.push(text);
    });
    await backUp(volume, 'backup');
    expect(seen).toEqual(['', 'InProgress', 'Completed', 'Completed synced']);
  });

  test('an upload continues after a restart and counts right', async () => {
    const volume = await at.addClaim('data');
    await writeFile(claimFile('data', 'file'), randomBytes(9 * megabyte));
    await at.restart({ pace: { uploadBytesPerStep: 1, stepMs: 20 } });
    await snapshotOf(volume, 'snap');
    await at.longhorn.backups.create(backupDraft('backup', volume, 'snap'), really);
    const midway = await backupIs('backup', (backup) => backup.progress > 0);
    expect(midway).toMatchObject({ state: 'InProgress' });
    await at.restart();
    const done = await restorable('backup');
    expect(done.uid).toBe(midway.uid);
    expect(done.uploadedBytes).toBeGreaterThan(9n * 1024n * 1024n);
    await restoreToFolder(at.folders.target('default'), volume, 'backup', join(at.folders.dataDir, 'restored'));
    const [before, after] = await Promise.all([
      readFile(claimFile('data', 'file')),
      readFile(join(at.folders.dataDir, 'restored/file')),
    ]);
    expect(before.equals(after)).toBe(true);
  });

  test('a full backup also uploads blocks that the target has', async () => {
    const volume = await at.addClaim('data');
    await writeFile(claimFile('data', 'file'), randomBytes(3 * megabyte));
    await backUp(volume, 'backup-1');
    const full = await backUp(volume, 'backup-2', 'full');
    expect(full.uploadedBytes).toBe(0n);
    const wire = await at.cluster.client.get(backups, { name: 'backup-2', namespace: 'longhorn-system' });
    expect(Number(wire?.status?.['reUploadedDataSize'])).toBeGreaterThan(3 * megabyte);
  });

  test('a detached volume is attached for its backup and detached afterwards', async () => {
    await at.restart({ attachNewVolumes: false });
    const volume = await at.addClaim('data');
    const states: string[] = [];
    await until('the volume is detached', async () => (await at.longhorn.getVolume(volume))?.state === 'detached');
    at.cluster.onCommit(({ plural, object }) => {
      if (plural !== 'volumes' || object === null) return;
      const state = volumes.parse(object).status?.state ?? '';
      if (states.at(-1) !== state) states.push(state);
    });
    await backUp(volume, 'backup');
    await until(
      'the volume is detached again',
      async () => (await at.longhorn.getVolume(volume))?.state === 'detached',
    );
    expect(states[0]).toBe('attaching');
    expect(states).toContain('attached');
    expect(states.at(-1)).toBe('detached');
    expect(await at.longhorn.getVolume(volume)).toMatchObject({ robustness: 'unknown' });
  });

  test('a deleted backup leaves the target, and the others stay whole', async () => {
    const volume = await at.addClaim('data');
    await writeFile(claimFile('data', 'file'), randomBytes(megabyte));
    await backUp(volume, 'backup-1');
    await backUp(volume, 'backup-2');
    await deleteBackup('backup-1');
    await until('the backup is gone', async () => (await at.longhorn.backups.get('backup-1')) === undefined);
    const target = at.folders.target('default');
    await expect(restoreToFolder(target, volume, 'backup-1', join(at.folders.dataDir, 'one'))).rejects.toThrow(
      /holds no/,
    );
    await restoreToFolder(target, volume, 'backup-2', join(at.folders.dataDir, 'two'));
  });

  test('a lost target stays available until Longhorn’s check of it has failed', async () => {
    await at.restart({ pace: { targetLossMs: 300 } });
    const lostAt = performance.now();
    at.local().faults.set('targetUnavailable', 'connection timed out');
    await until('the target is away', async () => (await at.longhorn.getTarget('default'))?.isAvailable === false);
    expect(performance.now() - lostAt).toBeGreaterThan(290);
  });

  test('a backup deleted while the target is away comes back with the target', async () => {
    const volume = await at.addClaim('data');
    const before = await backUp(volume, 'backup');
    const { faults } = at.local();
    faults.set('targetUnavailable', 'connection timed out');
    await until('the target is away', async () => (await at.longhorn.getTarget('default'))?.isAvailable === false);
    expect(await at.longhorn.getTarget('default')).toMatchObject({ unavailableMessage: 'connection timed out' });
    await deleteBackup('backup');
    await until('the object is gone', async () => (await at.longhorn.backups.get('backup')) === undefined);
    faults.clear('targetUnavailable');
    const after = await restorable('backup');
    expect(after.uid).not.toBe(before.uid);
    expect(after.catalogue).toMatchObject({ 'app.example/cluster': 'here' });
    expect(after.marks['app.example/run']).toBeUndefined();
  });

  test('a failed deletion is state Error on an object that is being deleted, and is tried again', async () => {
    const volume = await at.addClaim('data');
    await backUp(volume, 'backup');
    at.local().faults.set('failedDeletion', 'access denied');
    await deleteBackup('backup');
    const failed = await backupIs('backup', (backup) => backup.state === 'Error');
    expect(failed).toMatchObject({ isDeleting: true });
    expect(failed.error).toContain('access denied');
    at.local().faults.clear('failedDeletion');
    await until('the backup is gone', async () => (await at.longhorn.backups.get('backup')) === undefined);
  });

  test('a deletion waits while another backup of the volume is written', async () => {
    const volume = await at.addClaim('data');
    await backUp(volume, 'backup-1');
    await snapshotOf(volume, 'snap-2');
    at.local().faults.set('stuckInProgress', true);
    await at.longhorn.backups.create(backupDraft('backup-2', volume, 'snap-2'), really);
    await backupIs('backup-2', (backup) => backup.state === 'InProgress');
    await deleteBackup('backup-1');
    expect((await backupIs('backup-1', (backup) => backup.state === 'Error')).error).toContain(
      'failed to acquire lock',
    );
    at.local().faults.clear('stuckInProgress');
    await restorable('backup-2');
    await until('the first is gone', async () => (await at.longhorn.backups.get('backup-1')) === undefined);
  });

  test('a snapshot of a detached volume reports what it waits for until it is taken', async () => {
    const volume = await at.addClaim('data');
    at.local().faults.set('detachedVolume', volume);
    await until('it is detached', async () => (await at.longhorn.getVolume(volume))?.state === 'detached');
    at.local().faults.set('slowAttach', true);
    await at.longhorn.snapshots.create(snapshotDraft('snap', volume), really);
    const waiting = await until('it waits', async () => {
      const snapshot = await at.longhorn.snapshots.get('snap');
      return snapshot?.waitMessage === undefined ? undefined : snapshot;
    });
    expect(waiting).toMatchObject({ isReady: false, waitMessage: expect.stringContaining('engine'), error: undefined });
    at.local().faults.clear('slowAttach');
    await until('it is ready', async () => (await at.longhorn.snapshots.get('snap'))?.isReady);
    expect(await at.longhorn.snapshots.get('snap')).toMatchObject({ error: undefined, waitMessage: undefined });
    await until('it is detached again', async () => (await at.longhorn.getVolume(volume))?.state === 'detached');
  });

  test('a snapshot can wait or be lost, and a volume can be faulted', async () => {
    const volume = await at.addClaim('data');
    at.local().faults.set('snapshotError', 'cannot freeze');
    await at.longhorn.snapshots.create(snapshotDraft('snap', volume), really);
    await until(
      'the snapshot waits',
      async () => (await at.longhorn.snapshots.get('snap'))?.waitMessage === 'cannot freeze',
    );
    at.local().faults.clear('snapshotError');
    await until('the snapshot is ready', async () => (await at.longhorn.snapshots.get('snap'))?.isReady);
    at.local().faults.set('snapshotLost', true);
    await until('it is lost', async () => (await at.longhorn.snapshots.get('snap'))?.error?.startsWith('lost track'));
    at.local().faults.set('faultedVolume', volume);
    await until('the volume is faulted', async () => (await at.longhorn.getVolume(volume))?.robustness === 'faulted');
    at.local().faults.clearAll();
    await until('the volume is healthy', async () => (await at.longhorn.getVolume(volume))?.robustness === 'healthy');
  });

  test('a deletion of the newest snapshot of a volume only marks it, until a newer snapshot exists', async () => {
    const volume = await at.addClaim('data');
    await snapshotOf(volume, 'snap-1');
    await at.longhorn.snapshots.delete('snap-1', (await at.longhorn.snapshots.get('snap-1'))?.uid ?? '');
    await until('it is marked', async () => (await at.longhorn.snapshots.get('snap-1'))?.isMarkedRemoved);
    expect(await at.longhorn.snapshots.get('snap-1')).toMatchObject({ isReady: false, isDeleting: true });
    await snapshotOf(volume, 'snap-2');
    await until('it is gone', async () => (await at.longhorn.snapshots.get('snap-1')) === undefined);
  });

  test('deleting a claim removes its volume and snapshots, and no backup', async () => {
    const volume = await at.addClaim('data');
    await backUp(volume, 'backup');
    await at.cluster.client.delete(persistentVolumeClaims, { name: 'data', namespace: 'shop' });
    await until('the volume is gone', async () => (await at.longhorn.getVolume(volume)) === undefined);
    await until('the snapshot is gone', async () => (await at.longhorn.snapshots.get('backup-snap')) === undefined);
    expect(await at.cluster.client.get(persistentVolumes, { name: volume })).toBeUndefined();
    await expect(lstat(at.folders.claim('shop', 'data'))).rejects.toThrow('ENOENT');
    expect(await at.longhorn.backups.get('backup')).toMatchObject({ state: 'Completed' });
    await restoreToFolder(at.folders.target('default'), volume, 'backup', join(at.folders.dataDir, 'restored'));
  });

  test('an object whose data was removed from the target is deleted with the next poll', async () => {
    const volume = await at.addClaim('data');
    await backUp(volume, 'backup');
    await rm(at.folders.target('default'), { recursive: true });
    at.local().faults.repullWithoutLabels('backup');
    await until('the backup is gone', async () => (await at.longhorn.backups.get('backup')) === undefined);
  });
});
