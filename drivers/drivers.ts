/** Which drivers there are: a driver is one folder and one row here. Its name is in `shared/operation/kinds/drivers.ts`. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createBackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createNodeRooms } from '@soteria/shared/longhorn/node-room.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { checkReachability, reachableForMs } from '@soteria/shared/longhorn/reachability.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { readSeldom } from '@soteria/shared/settings/read-seldom.ts';
import type { BackupDrivers } from './backup/driver.ts';
import { createLonghornBackups } from './longhorn/backup/driver.ts';
import { createLonghornRestoreDriver } from './longhorn/restore/driver.ts';
import type { RestoreDrivers, RestoreParts } from './restore/driver.ts';

export interface BackupParts {
  readonly client: KubernetesClient;
  readonly store: OperationStore;
  readonly cluster: ClusterReader;
  readonly now: () => Date;
  readonly settings: { readonly longhornNamespace: string; readonly longhornUrl: string };
}

export function createBackupDrivers({ client, settings, ...parts }: BackupParts): BackupDrivers {
  return {
    longhorn: createLonghornBackups({
      ...parts,
      longhorn: createLonghorn(client, { namespace: settings.longhornNamespace }),
      checkReachability: readSeldom(() => checkReachability(settings.longhornUrl), {
        maxAgeMs: reachableForMs,
        now: parts.now,
      }),
    }),
  };
}

export interface RestoreDriverParts extends RestoreParts {
  readonly client: KubernetesClient;
  readonly settings: { readonly longhornNamespace: string };
}

export function createRestoreDrivers({ client, settings, ...parts }: RestoreDriverParts): RestoreDrivers {
  const at = { namespace: settings.longhornNamespace };
  return {
    longhorn: createLonghornRestoreDriver({
      ...parts,
      longhorn: createLonghorn(client, at),
      restores: createLonghornRestores(client, at),
      images: createBackingImages(client, at),
      rooms: createNodeRooms(client, at),
    }),
  };
}
