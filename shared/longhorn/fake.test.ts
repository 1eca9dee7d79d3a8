import { describe, expect, test } from 'vitest';
import { backupDraft, describeLonghornContract, snapshotDraft } from './contract.ts';
import { createFakeLonghorn } from './fake.ts';
import { whyNotRestorable } from './objects.ts';
import { type RefusalsContext, describeLonghornRefusals } from './refusals-contract.ts';

async function makeContext(): Promise<RefusalsContext> {
  const fake = createFakeLonghorn({ now: () => new Date('2026-08-20T02:00:00Z') });
  return {
    longhorn: fake,
    addVolume: async (name) => fake.volumes.add({ name }),
    finishSnapshot: async (name) => fake.finishSnapshot(name),
    finishBackup: async (name) => fake.finishBackup(name),
    async rereadBackup(name) {
      fake.vanishBackup(name);
      fake.repullBackup(name);
    },
    makeTargetUnavailable: async (message) => fake.makeTargetUnavailable('default', message),
    settleDeletion: async () => {},
    setWebhookDown: (isDown) => fake.setWebhookDown(isDown),
    close: async () => {},
  };
}

describeLonghornContract('the fake', makeContext);
describeLonghornRefusals('the fake', makeContext);

describe('the fake Longhorn, stepped', () => {
  test('a backup is restorable only one step after Completed', async () => {
    const fake = createFakeLonghorn();
    fake.volumes.add({ name: 'vol' });
    await fake.snapshots.create(snapshotDraft('snap', 'vol'), { isDryRun: false });
    fake.step();
    await fake.backups.create(backupDraft('backup', 'vol', 'snap'), { isDryRun: false });
    const seen: string[] = [];
    for (let steps = 0; steps < 3; steps += 1) {
      fake.step();
      const backup = await fake.backups.get('backup');
      seen.push(`${backup?.state}: ${backup === undefined ? 'absent' : (whyNotRestorable(backup) ?? 'restorable')}`);
    }
    expect(seen).toEqual([
      'InProgress: its state is InProgress',
      'Completed: Longhorn has not yet read it back from the target',
      'Completed: restorable',
    ]);
  });

  test('a backup deleted while its target is away comes back with the target', async () => {
    const fake = createFakeLonghorn();
    fake.volumes.add({ name: 'vol' });
    await fake.snapshots.create(snapshotDraft('snap', 'vol'), { isDryRun: false });
    const { uid } = await fake.backups.create(backupDraft('backup', 'vol', 'snap'), { isDryRun: false });
    fake.finishBackup('backup');
    fake.makeTargetUnavailable('default', 'gone');
    await fake.backups.delete('backup', uid);
    expect(await fake.backups.get('backup')).toBeUndefined();
    fake.makeTargetAvailable('default');
    fake.repullBackup('backup');
    expect(await fake.backups.get('backup')).toMatchObject({ state: 'Completed' });
  });
});
