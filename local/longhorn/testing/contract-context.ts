/** Lets the Longhorn contract drive a running local Longhorn: it makes a request and waits until Longhorn has carried it out. */
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { type LonghornContractContext, snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { longhornGroup, longhornVersion, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { FaultSwitches } from '../faults.ts';
import { until } from './until.ts';

export interface RunningLonghorn {
  readonly client: WatchingClient;
  readonly namespace: string;
  readonly faults: FaultSwitches;
  readonly close: () => Promise<void>;
}

export function contractContext({ client, namespace, faults, close }: RunningLonghorn): LonghornContractContext {
  const longhorn = createLonghorn(client, { namespace });

  async function isRestorable(name: string, otherThanUid?: string): Promise<boolean> {
    const backup = await longhorn.backups.get(name);
    return backup !== undefined && backup.uid !== otherThanUid && whyNotRestorable(backup) === undefined;
  }

  return {
    longhorn,
    async addVolume(name) {
      await client.create(volumes, {
        apiVersion: `${longhornGroup}/${longhornVersion}`,
        kind: volumes.kind,
        metadata: { name, namespace },
        spec: {
          size: '1073741824',
          backupTargetName: 'default',
          nodeID: 'local',
          numberOfReplicas: 1,
          frontend: 'blockdev',
        },
      });
      await until('the volume is attached', async () => (await longhorn.getVolume(name))?.state === 'attached');
    },
    async finishSnapshot(name) {
      await until('the snapshot is ready', async () => (await longhorn.snapshots.get(name))?.isReady);
    },
    async finishBackup(name) {
      await until('the backup is restorable', () => isRestorable(name));
    },
    async rereadBackup(name) {
      const before = await longhorn.backups.get(name);
      await faults.vanishBackup(name);
      await until('the backup is gone', async () => (await longhorn.backups.get(name)) === undefined);
      faults.repullWithoutLabels(name);
      await until('the backup is back', () => isRestorable(name, before?.uid));
    },
    async makeTargetUnavailable(message) {
      faults.set('targetUnavailable', message);
      await until('the target is away', async () => (await longhorn.getTarget('default'))?.isAvailable === false);
    },
    async settleDeletion(kind, name) {
      if (kind === 'snapshot' && (await longhorn.snapshots.get(name)) !== undefined) {
        // The newest snapshot of a volume is deleted only when a newer one exists.
        await longhorn.snapshots.create(snapshotDraft(`${name}-later`, 'vol-a'), { isDryRun: false });
      }
      const port = kind === 'snapshot' ? longhorn.snapshots : longhorn.backups;
      await until(`the ${kind} is gone`, async () => (await port.get(name)) === undefined);
    },
    close,
  };
}
