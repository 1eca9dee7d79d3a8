/** What every implementation of the Longhorn port must do; run on the fake, on plain custom resources and on the local Longhorn. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SoteriaError } from '../errors.ts';
import { watchLabel } from '../operation/record/marks.ts';
import { whyNotRestorable } from './objects.ts';
import type { BackupDraft, Longhorn, SnapshotDraft } from './port.ts';

/** A Longhorn with an available target `default`, and the hand that moves it. */
export interface LonghornContractContext {
  readonly longhorn: Longhorn;
  /** An attached, healthy volume on target `default`. */
  addVolume(name: string): Promise<void>;
  /** Comes back when the snapshot is ready. */
  finishSnapshot(name: string): Promise<void>;
  /** Comes back when the backup is restorable. */
  finishBackup(name: string): Promise<void>;
  /** Comes back when the backup has been lost and read again from the target, without its marks. */
  rereadBackup(name: string): Promise<void>;
  /** Comes back when the target `default` says so. */
  makeTargetUnavailable(message: string): Promise<void>;
  /** Comes back when the named object has left; Longhorn deletes through a finalizer. */
  settleDeletion(kind: 'snapshot' | 'backup', name: string): Promise<void>;
  close(): Promise<void>;
}

const really = { isDryRun: false };
const dryRun = { isDryRun: true };

export function snapshotDraft(name: string, volume: string): SnapshotDraft {
  return { name, volume, marks: { 'app.example/run': 'one', [watchLabel]: 'backup' } };
}

export function backupDraft(name: string, volume: string, snapshotName: string): BackupDraft {
  return {
    name,
    volume,
    backupTargetName: 'default',
    snapshotName,
    mode: 'incremental',
    blockSize: '2097152',
    marks: { 'app.example/run': 'one', [watchLabel]: 'backup' },
    catalogue: { 'app.example/cluster': 'here' },
  };
}

export async function codeOf(call: Promise<unknown>): Promise<string> {
  const outcome = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  return outcome instanceof SoteriaError ? outcome.code : String(outcome);
}

export function describeLonghornContract(name: string, makeContext: () => Promise<LonghornContractContext>): void {
  describe(`the Longhorn port: ${name}`, () => {
    let context: LonghornContractContext;
    let longhorn: Longhorn;
    beforeEach(async () => {
      context = await makeContext();
      longhorn = context.longhorn;
      await context.addVolume('vol-a');
      await context.addVolume('vol-b');
    });
    afterEach(() => context.close());

    async function madeBackup(backup: string, volume: string): Promise<void> {
      const snapshot = `${backup}-snap`;
      await longhorn.snapshots.create(snapshotDraft(snapshot, volume), really);
      await context.finishSnapshot(snapshot);
      await longhorn.backups.create(backupDraft(backup, volume, snapshot), really);
      await context.finishBackup(backup);
    }

    test('what is not there is undefined, and lists of it are empty', async () => {
      expect(await longhorn.getVolume('none')).toBeUndefined();
      expect(await longhorn.getTarget('none')).toBeUndefined();
      expect(await longhorn.snapshots.get('none')).toBeUndefined();
      expect(await longhorn.backups.get('none')).toBeUndefined();
      expect(await longhorn.getBackupVolume('default', 'none')).toBeUndefined();
      expect(await longhorn.snapshots.listOfVolume('none')).toEqual([]);
      expect(await longhorn.backups.list({})).toEqual([]);
    });

    test('a volume and the target tell what a backup needs to know', async () => {
      expect(await longhorn.getVolume('vol-a')).toMatchObject({
        name: 'vol-a',
        sizeBytes: 1_073_741_824n,
        state: 'attached',
        robustness: 'healthy',
        isStandby: false,
        isRestoring: false,
        backupTargetName: 'default',
      });
      expect(await longhorn.getTarget('default')).toMatchObject({ isAvailable: true });
      expect((await longhorn.listTargets()).map((target) => target.name)).toEqual(['default']);
    });

    test('a snapshot is not ready when made, and ready with its instant later', async () => {
      const made = await longhorn.snapshots.create(snapshotDraft('snap-1', 'vol-a'), really);
      expect(made).toMatchObject({ name: 'snap-1', volume: 'vol-a', isReady: false, isDeleting: false });
      expect(made.marks).toMatchObject({ 'app.example/run': 'one' });
      await context.finishSnapshot('snap-1');
      const ready = await longhorn.snapshots.get('snap-1');
      expect(ready).toMatchObject({ uid: made.uid, isReady: true });
      expect(ready?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
      expect((await longhorn.snapshots.listOfVolume('vol-a')).map((each) => each.name)).toEqual(['snap-1']);
      expect(await longhorn.snapshots.listOfVolume('vol-b')).toEqual([]);
    });

    test('a name that is taken is a name conflict, for snapshots and for backups', async () => {
      await madeBackup('backup-1', 'vol-a');
      expect(await codeOf(longhorn.snapshots.create(snapshotDraft('backup-1-snap', 'vol-a'), really))).toBe(
        'name_conflict',
      );
      const again = backupDraft('backup-1', 'vol-a', 'backup-1-snap');
      expect(await codeOf(longhorn.backups.create(again, really))).toBe('name_conflict');
    });

    test('a dry run makes nothing, and a backup needs no snapshot for it', async () => {
      await longhorn.snapshots.create(snapshotDraft('snap-1', 'vol-a'), dryRun);
      await longhorn.backups.create(backupDraft('backup-1', 'vol-a', ''), dryRun);
      expect(await longhorn.snapshots.get('snap-1')).toBeUndefined();
      expect(await longhorn.backups.get('backup-1')).toBeUndefined();
    });

    test('a backup starts new and marked, and ends restorable with its sizes, instants and catalogue', async () => {
      await longhorn.snapshots.create(snapshotDraft('snap-1', 'vol-a'), really);
      await context.finishSnapshot('snap-1');
      const made = await longhorn.backups.create(backupDraft('backup-1', 'vol-a', 'snap-1'), really);
      expect(made).toMatchObject({ state: '', volume: 'vol-a', snapshotName: 'snap-1' });
      expect(made.marks).toMatchObject({
        'backup-volume': 'vol-a',
        'backup-target': 'default',
        'app.example/run': 'one',
      });
      expect(whyNotRestorable(made)).toBe('its state is new');
      await context.finishBackup('backup-1');
      const done = await longhorn.backups.get('backup-1');
      expect(done).toMatchObject({ uid: made.uid, state: 'Completed', progress: 100, backupTargetName: 'default' });
      expect(done?.catalogue).toMatchObject({ 'app.example/cluster': 'here' });
      expect(done?.snapshotCreatedAt).toBe((await longhorn.snapshots.get('snap-1'))?.createdAt);
      expect(done?.volumeSizeBytes).toBe(1_073_741_824n);
      expect(done?.sizeBytes).toBeTypeOf('bigint');
      expect(done?.uploadedBytes).toBeTypeOf('bigint');
      expect(done === undefined ? 'absent' : whyNotRestorable(done)).toBeUndefined();
      expect(await longhorn.getBackupVolume('default', 'vol-a')).toMatchObject({ sizeBytes: 1_073_741_824n });
      expect(await longhorn.getBackupVolume('other', 'vol-a')).toBeUndefined();
    });

    test('a list is of one volume or of all', async () => {
      await madeBackup('backup-a', 'vol-a');
      await madeBackup('backup-b', 'vol-b');
      expect((await longhorn.backups.list({ volume: 'vol-a' })).map((each) => each.name)).toEqual(['backup-a']);
      const all = await longhorn.backups.list({});
      expect(all.map((each) => each.name).toSorted()).toEqual(['backup-a', 'backup-b']);
    });

    test('a backup read again from the target is found by its volume and keeps its catalogue, not its marks', async () => {
      await madeBackup('backup-1', 'vol-a');
      await context.rereadBackup('backup-1');
      const [found, ...others] = await longhorn.backups.list({ volume: 'vol-a' });
      expect(others).toEqual([]);
      expect(found).toMatchObject({ name: 'backup-1', volume: 'vol-a', snapshotName: 'backup-1-snap' });
      expect(found?.marks['app.example/run']).toBeUndefined();
      expect(found?.catalogue).toMatchObject({ 'app.example/cluster': 'here' });
    });

    test('a delete takes this very object only, and a missing one is success', async () => {
      await madeBackup('backup-1', 'vol-a');
      expect(await codeOf(longhorn.backups.delete('backup-1', 'another-uid'))).toBe('cluster_conflict');
      expect(await codeOf(longhorn.snapshots.delete('backup-1-snap', 'another-uid'))).toBe('cluster_conflict');
      const backup = await longhorn.backups.get('backup-1');
      const snapshot = await longhorn.snapshots.get('backup-1-snap');
      await longhorn.backups.delete('backup-1', backup?.uid ?? 'it should be there');
      await longhorn.snapshots.delete('backup-1-snap', snapshot?.uid ?? 'it should be there');
      await context.settleDeletion('backup', 'backup-1');
      await context.settleDeletion('snapshot', 'backup-1-snap');
      expect(await longhorn.backups.get('backup-1')).toBeUndefined();
      expect(await longhorn.snapshots.get('backup-1-snap')).toBeUndefined();
      await longhorn.backups.delete('backup-1', backup?.uid ?? '');
      await longhorn.snapshots.delete('backup-1-snap', snapshot?.uid ?? '');
    });

    test('a backup that has moved since it was seen is not discarded', async () => {
      await longhorn.snapshots.create(snapshotDraft('backup-1-snap', 'vol-a'), really);
      await context.finishSnapshot('backup-1-snap');
      await longhorn.backups.create(backupDraft('backup-1', 'vol-a', 'backup-1-snap'), really);
      const begun = (await longhorn.backups.get('backup-1')) ?? { name: 'it should be there', uid: '' };
      await context.finishBackup('backup-1');
      expect(await codeOf(longhorn.backups.discard(begun))).toBe('cluster_conflict');
      const done = (await longhorn.backups.get('backup-1')) ?? { name: 'it should be there', uid: '' };
      expect(done).toMatchObject({ state: 'Completed' });
      await longhorn.backups.discard(done);
      await context.settleDeletion('backup', 'backup-1');
      await longhorn.backups.discard(done);
    });

    test('mark sets and takes off labels of the Backup as it was read, and of no other', async () => {
      await madeBackup('backup-1', 'vol-a');
      const read = await longhorn.backups.get('backup-1');
      if (read === undefined) throw new Error('there is no backup-1');
      const marked = await longhorn.backups.mark(read, { 'app.example/hold': '', [watchLabel]: null });
      expect(marked.marks).toMatchObject({ 'app.example/run': 'one', 'app.example/hold': '' });
      expect(marked.marks[watchLabel]).toBeUndefined();
      expect(await codeOf(longhorn.backups.mark(read, { 'app.example/hold': null }))).toBe('cluster_conflict');
      expect(await codeOf(longhorn.backups.discard(read))).toBe('cluster_conflict');
      expect((await longhorn.backups.get('backup-1'))?.marks['app.example/hold']).toBe('');
    });

    test('unwatch takes the watch label off and leaves the others', async () => {
      await madeBackup('backup-1', 'vol-a');
      expect((await longhorn.backups.listWatched('backup')).map(({ name }) => name)).toEqual(['backup-1']);
      expect((await longhorn.snapshots.listWatched('backup')).map(({ name }) => name)).toEqual(['backup-1-snap']);
      expect(await longhorn.snapshots.listWatched('restore')).toEqual([]);
      await longhorn.backups.unwatch('backup-1');
      await longhorn.snapshots.unwatch('backup-1-snap');
      expect(await longhorn.backups.listWatched('backup')).toEqual([]);
      expect(await longhorn.snapshots.listWatched('backup')).toEqual([]);
      for (const found of [await longhorn.backups.get('backup-1'), await longhorn.snapshots.get('backup-1-snap')]) {
        expect(found?.marks[watchLabel]).toBeUndefined();
        expect(found?.marks['app.example/run']).toBe('one');
      }
      await longhorn.backups.unwatch('none');
      await longhorn.snapshots.unwatch('none');
    });

    test('a target that is away says so in its own words', async () => {
      await context.makeTargetUnavailable('cannot mount the share: connection timed out');
      expect(await longhorn.getTarget('default')).toMatchObject({
        isAvailable: false,
        unavailableMessage: 'cannot mount the share: connection timed out',
      });
    });
  });
}
