/** A local Longhorn on an in-memory cluster and its own folder, at full speed; for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@soteria/shared/log/log.ts';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { type MemoryCluster, createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import {
  backupTargets,
  backupVolumes,
  backups,
  engines,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import { longhornSettings } from '../crds.ts';
import { type Folders, foldersIn } from '../folders.ts';
import { ensureLonghornObjects } from '../seed.ts';
import { type LocalLonghorn, type LonghornOptions, startLonghorn } from '../start-longhorn.ts';
import { until } from './until.ts';

const kinds = [volumes, snapshots, backups, backupVolumes, backupTargets, engines, longhornSettings].map((type) =>
  customKind(type),
);

const ignore = () => {};
export const silentLog: Log = { info: ignore, warn: ignore, error: ignore, with: () => silentLog };

export interface LocalLonghornTest {
  readonly cluster: MemoryCluster;
  readonly longhorn: Longhorn;
  readonly folders: Folders;
  readonly local: () => LocalLonghorn;
  /** Ends this Longhorn and starts another on the same objects and folder. */
  restart(options?: Partial<LonghornOptions>): Promise<void>;
  /** Resolves with the volume's name when the claim is bound. */
  addClaim(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function startLocalLonghorn(options: Partial<LonghornOptions> = {}): Promise<LocalLonghornTest> {
  const cluster = createMemoryCluster({ kinds, namespaces: ['shop'] });
  const dataDir = await mkdtemp(join(tmpdir(), 'local-longhorn-'));
  const { client } = cluster;
  await ensureLonghornObjects(client);
  let unplug = ignore;

  async function start(more: Partial<LonghornOptions>): Promise<LocalLonghorn> {
    const started = await startLonghorn({
      client,
      dataDir,
      log: silentLog,
      ...options,
      ...more,
      pace: { stepMs: 1, attachMs: 1, waitMs: 2, deletionRetryMs: 2, targetLossMs: 2, ...options.pace, ...more.pace },
    });
    unplug = started.admission.plugInto(cluster);
    return started;
  }

  const longhorn = createLonghorn(client, { namespace: 'longhorn-system' });
  let running = await start({});
  await until('the target is available', async () => (await longhorn.getTarget('default'))?.isAvailable === true);

  return {
    cluster,
    longhorn,
    folders: foldersIn(dataDir),
    local: () => running,
    async restart(more = {}) {
      unplug();
      await running.stop();
      running = await start(more);
    },
    async addClaim(name) {
      await client.create(persistentVolumeClaims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, namespace: 'shop' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'longhorn',
          resources: { requests: { storage: '1Gi' } },
        },
      });
      return until(`claim ${name} is bound and its volume knows it`, async () => {
        const claim = await client.get(persistentVolumeClaims, { name, namespace: 'shop' });
        const volume = await longhorn.getVolume(claim?.spec?.volumeName ?? 'none');
        return claim?.status?.phase === 'Bound' && volume?.kubernetesStatus?.pvcName === name && volume.name;
      });
    },
    async close() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
