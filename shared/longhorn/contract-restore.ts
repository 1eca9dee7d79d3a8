/** What every implementation of the port for restores must do; run on the local Longhorn, in memory and on a real API server. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { heldByLabel, temporaryLabel, watchLabel } from '../operation/record/marks.ts';
import { backupDraft, codeOf, type LonghornContractContext, snapshotDraft } from './contract.ts';
import type { Backup } from './objects.ts';
import { isRestored, type LonghornRestores, type RestoreVolumeDraft } from './port-restore.ts';

export interface RestoreContractContext extends Pick<LonghornContractContext, 'longhorn' | 'close'> {
  readonly restores: LonghornRestores;
  addVolume(name: string): Promise<void>;
  finishSnapshot(name: string): Promise<void>;
  finishBackup(name: string): Promise<void>;
  /** Comes back when it is whole. */
  finishRestore(name: string): Promise<void>;
  settleVolume(name: string): Promise<void>;
}

const really = { isDryRun: false };

export function describeRestoreContract(name: string, makeContext: () => Promise<RestoreContractContext>): void {
  describe(`the port for restores: ${name}`, () => {
    let context: RestoreContractContext;
    let restores: LonghornRestores;
    let backup: Backup;

    beforeEach(async () => {
      context = await makeContext();
      ({ restores } = context);
      const { snapshots, backups } = context.longhorn;
      await context.addVolume('vol-a');
      await snapshots.create(snapshotDraft('snap', 'vol-a'), really);
      await context.finishSnapshot('snap');
      await backups.create(backupDraft('point', 'vol-a', 'snap'), really);
      await context.finishBackup('point');
      backup = (await backups.get('point')) ?? (() => expect.unreachable('the backup was made'))();
    });
    afterEach(() => context.close());

    const draft = (volume: string): RestoreVolumeDraft => ({
      name: volume,
      fromBackup: backup.url ?? '',
      backupTargetName: 'default',
      sizeBytes: backup.volumeSizeBytes ?? 0n,
      numberOfReplicas: 1,
      dataEngine: 'v1',
      accessMode: 'rwo',
      isEncrypted: false,
      marks: { [temporaryLabel]: 'true', [watchLabel]: 'restore', 'app.example/run': 'one' },
    });

    test('what is not there is undefined', async () => {
      expect(await restores.getVolume('none')).toBeUndefined();
      expect(await restores.getProgress('none')).toBeUndefined();
      expect(await restores.getRestoreErrors('none')).toEqual([]);
    });

    test('a new volume is not restored, and is once it is whole', async () => {
      const made = await restores.createVolume(draft('restored'), really);
      expect(made).toMatchObject({ name: 'restored', sizeBytes: backup.volumeSizeBytes, isRestoreInitiated: false });
      expect(made.marks).toMatchObject({ [temporaryLabel]: 'true', 'app.example/run': 'one' });
      expect(isRestored(made)).toBe(false);
      await context.finishRestore('restored');
      const whole = await restores.getVolume('restored');
      expect(whole).toMatchObject({ uid: made.uid, isRestoreRequired: false, state: 'detached', isDeleting: false });
      expect(whole?.failedBecause).toBeUndefined();
    });

    test('a name that is taken is a name conflict, and a dry run makes nothing', async () => {
      await restores.createVolume(draft('other'), { isDryRun: true });
      expect(await restores.getVolume('other')).toBeUndefined();
      expect(await codeOf(restores.createVolume(draft('vol-a'), really))).toBe('name_conflict');
    });

    test('marks come off, and a deletion takes this very object only', async () => {
      const made = await restores.createVolume(draft('restored'), really);
      await context.finishRestore('restored');
      expect((await restores.listVolumes({ [watchLabel]: 'restore' })).map(({ name }) => name)).toEqual(['restored']);
      await restores.markVolume('restored', made.uid, { [temporaryLabel]: null, [watchLabel]: null });
      expect(await restores.listVolumes({ [watchLabel]: 'restore' })).toEqual([]);
      const kept = await restores.getVolume('restored');
      expect(kept?.marks[temporaryLabel]).toBeUndefined();
      expect(kept?.marks['app.example/run']).toBe('one');
      expect(await codeOf(restores.deleteVolume('restored', 'another-uid'))).toBe('cluster_conflict');
      expect(await codeOf(restores.markVolume('none', 'uid', { [temporaryLabel]: null }))).toBe('not_found');
      await restores.deleteVolume('restored', made.uid);
      await context.settleVolume('restored');
      expect(await restores.getVolume('restored')).toBeUndefined();
      await restores.deleteVolume('restored', made.uid);
    });

    test('a hold is written on the backup as it was read, and comes off again', async () => {
      const held = await restores.hold(backup, 'operation-1');
      expect(held.marks[heldByLabel]).toBe('operation-1');
      expect(await codeOf(restores.hold(backup, 'operation-2'))).toBe('cluster_conflict');
      const { backups } = context.longhorn;
      const now = await backups.get('point');
      expect(now?.marks[heldByLabel]).toBe('operation-1');
      if (now !== undefined) await restores.release(now);
      expect((await backups.get('point'))?.marks[heldByLabel]).toBeUndefined();
      await restores.release({ ...backup, name: 'none' });
    });
  });
}
