/** The local Longhorn on a real API server, checked against Longhorn's own CustomResourceDefinitions. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersIn } from '@soteria/local/longhorn/folders.ts';
import { ensureLonghornObjects } from '@soteria/local/longhorn/seed.ts';
import { startLonghorn } from '@soteria/local/longhorn/start-longhorn.ts';
import { restoreToFolder } from '@soteria/local/longhorn/store/restore.ts';
import { contractContext } from '@soteria/local/longhorn/testing/contract-context.ts';
import { restoreContext } from '@soteria/local/longhorn/testing/restore-context.ts';
import { silentLog } from '@soteria/local/longhorn/testing/start-local-longhorn.ts';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { backupDraft, describeLonghornContract, snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { describeRestoreContract } from '@soteria/shared/longhorn/contract-restore.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { engines, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { expect, it } from 'vitest';
import { describeWithReferenceCrds, useApiServer } from '../servers/require-api-server.ts';
import { waitUntil } from '../servers/wait-until.ts';

describeWithReferenceCrds('the local Longhorn on a real API server', () => {
  const server = useApiServer();

  async function start(storageClasses: readonly string[]) {
    const { url, caPem, adminToken } = server.access;
    const client = createWatchingClient({ server: new URL(url), ca: caPem, token: () => Promise.resolve(adminToken) });
    const namespace = await server.createNamespace('longhorn');
    await ensureLonghornObjects(client, { namespace });
    const dataDir = await mkdtemp(join(tmpdir(), 'local-longhorn-'));
    const pace = { stepMs: 5, attachMs: 5, waitMs: 10, deletionRetryMs: 10 };
    const local = await startLonghorn({ client, dataDir, namespace, log: silentLog, pace, storageClasses });
    const longhorn = createLonghorn(client, { namespace });
    await waitUntil('the target is available', async () => (await longhorn.getTarget('default'))?.isAvailable === true);
    const close = async () => {
      await local.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    return { client, namespace, longhorn, dataDir, faults: local.faults, close };
  }

  describeLonghornContract('the local Longhorn on a real API server', async () => contractContext(await start([])));

  describeRestoreContract('the local Longhorn on a real API server', async () => restoreContext(await start([])));

  it('provisions a claim, backs it up, and restores it from the target', async () => {
    const { client, longhorn, dataDir, close, namespace: longhornNamespace } = await start(['longhorn']);
    const folders = foldersIn(dataDir);
    const namespace = await server.createNamespace('shop');
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'longhorn',
        resources: { requests: { storage: '1Gi' } },
      },
    });
    const volume = await waitUntil('the claim is bound', async () => {
      const claim = await client.get(persistentVolumeClaims, { name: 'data', namespace });
      return claim?.status?.phase === 'Bound' && claim.spec?.volumeName;
    });
    await writeFile(join(folders.claim(namespace, 'data'), 'file'), 'content');
    await longhorn.snapshots.create(snapshotDraft('snap', volume), { isDryRun: false });
    await waitUntil('the snapshot is ready', async () => (await longhorn.snapshots.get('snap'))?.isReady);
    await longhorn.backups.create(backupDraft('backup', volume, 'snap'), { isDryRun: false });
    await waitUntil('the backup is restorable', async () => {
      const backup = await longhorn.backups.get('backup');
      return backup !== undefined && whyNotRestorable(backup) === undefined;
    });
    await restoreToFolder(folders.target('default'), volume, 'backup', join(dataDir, 'restored'));
    expect(await readFile(join(dataDir, 'restored/file'), 'utf8')).toBe('content');
    // This server has no webhook: the members that the webhook would add come a moment later.
    await client.create(volumes, {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Volume',
      metadata: { name: 'restored', namespace: longhornNamespace },
      spec: {
        fromBackup: (await longhorn.backups.get('backup'))?.url ?? '',
        frontend: 'blockdev',
        dataEngine: 'v1',
        numberOfReplicas: 2,
      },
    });
    const restored = await waitUntil('the volume is restored', async () => {
      const found = await client.get(volumes, { name: 'restored', namespace: longhornNamespace });
      const { restoreInitiated, restoreRequired, state } = found?.status ?? {};
      return restoreInitiated === true && restoreRequired !== true && state === 'detached' && found;
    });
    expect(restored).toMatchObject({
      metadata: { labels: { 'backup-volume': volume } },
      spec: { size: '1073741824', accessMode: 'rwo', backupTargetName: 'default' },
    });
    expect(await readFile(join(folders.volume('restored'), 'file'), 'utf8')).toBe('content');
    const engine = await client.get(engines, { name: 'restored-e-0', namespace: longhornNamespace });
    const replicas = Object.values(engine?.status?.restoreStatus ?? {});
    expect(replicas.map((replica) => replica?.progress)).toEqual([100, 100]);
    await client.delete(volumes, { name: 'restored', namespace: longhornNamespace });
    await waitUntil('its engine is gone', async () => {
      const left = await client.get(engines, { name: 'restored-e-0', namespace: longhornNamespace });
      return left === undefined;
    });
    await close();
  });
});
