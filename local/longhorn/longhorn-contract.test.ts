import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { describeLonghornContract, snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { type RefusalsContext, describeLonghornRefusals } from '@soteria/shared/longhorn/refusals-contract.ts';
import { startLocalLonghorn, until } from './testing/start-local-longhorn.ts';

async function makeContext(): Promise<RefusalsContext> {
  const test = await startLocalLonghorn();
  const { longhorn, cluster, local } = test;
  const namespace = 'longhorn-system';
  return {
    longhorn,
    async addVolume(name) {
      await cluster.client.create(volumes, {
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Volume',
        metadata: { name, namespace },
        spec: { size: '1073741824', backupTargetName: 'default', nodeID: 'local', numberOfReplicas: 1 },
      });
      await until('the volume is attached', async () => (await longhorn.getVolume(name))?.state === 'attached');
    },
    async finishSnapshot(name) {
      await until('the snapshot is ready', async () => (await longhorn.snapshots.get(name))?.isReady);
    },
    async finishBackup(name) {
      await until('the backup is restorable', async () => {
        const backup = await longhorn.backups.get(name);
        return backup !== undefined && whyNotRestorable(backup) === undefined;
      });
    },
    async rereadBackup(name) {
      const before = await longhorn.backups.get(name);
      await local().faults.vanishBackup(name);
      await until('the backup is gone', async () => (await longhorn.backups.get(name)) === undefined);
      local().faults.repullWithoutLabels(name);
      await until('the backup is back', async () => {
        const backup = await longhorn.backups.get(name);
        return backup !== undefined && backup.uid !== before?.uid && whyNotRestorable(backup) === undefined;
      });
    },
    async makeTargetUnavailable(message) {
      local().faults.set('targetUnavailable', message);
      await until('the target is away', async () => (await longhorn.getTarget('default'))?.isAvailable === false);
    },
    async settleDeletion(kind, name) {
      if (kind === 'snapshot' && (await longhorn.snapshots.get(name)) !== undefined) {
        // The newest snapshot of a volume goes only when there is a newer one.
        const later = snapshotDraft(`${name}-later`, 'vol-a');
        await longhorn.snapshots.create(later, { isDryRun: false });
      }
      const port = kind === 'snapshot' ? longhorn.snapshots : longhorn.backups;
      await until(`the ${kind} is gone`, async () => (await port.get(name)) === undefined);
    },
    setWebhookDown(isDown) {
      if (isDown) local().faults.set('webhookDown', true);
      else local().faults.clear('webhookDown');
    },
    close: () => test.close(),
  };
}

describeLonghornContract('the local Longhorn', makeContext);
describeLonghornRefusals('the local Longhorn', makeContext);
