/** What only a self-test asks of Longhorn: its version, and to forget the test's folder on the target. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import {
  backupVolumeLabel,
  backupVolumes,
  longhornGroup,
  longhornVersion,
} from '@soteria/shared/longhorn/resource-types.ts';

const settings = untyped({
  group: longhornGroup,
  version: longhornVersion,
  kind: 'Setting',
  plural: 'settings',
  isNamespaced: true,
});
export const versionSetting = 'current-longhorn-version';

/** All backups of one volume on one target. */
export interface BackupFolder {
  readonly name: string;
  readonly uid: string;
  readonly volume: string;
  readonly isDeleting: boolean;
}

export interface LonghornSide {
  /** Undefined when Longhorn does not say. */
  version(signal?: AbortSignal): Promise<string | undefined>;
  foldersOf(volume: string, signal?: AbortSignal): Promise<readonly BackupFolder[]>;
  /** With every backup in it, on the target too; a missing one is success. */
  deleteFolder(name: string, uid: string, signal?: AbortSignal): Promise<void>;
}

export function createLonghornSide(
  client: KubernetesClient,
  { namespace }: { readonly namespace: string },
): LonghornSide {
  return {
    async version(signal) {
      try {
        const setting = await client.get(settings, { namespace, name: versionSetting }, { signal });
        const value = setting?.['value'];
        return typeof value === 'string' && value !== '' ? value : undefined;
      } catch (error) {
        // A cluster that does not know the kind has no Longhorn that says its version.
        if (error instanceof SoteriaError && error.code === 'cluster_refused') return undefined;
        throw error;
      }
    },
    async foldersOf(volume, signal) {
      const query = { namespace, labelSelector: `${backupVolumeLabel}=${volume}` };
      const found = await Array.fromAsync(listAll(client, backupVolumes, query, { signal }));
      return found
        .filter(({ spec }) => spec.volumeName === volume)
        .map(({ metadata: { name, uid, deletionTimestamp } }) => ({
          name,
          uid,
          volume,
          isDeleting: deletionTimestamp !== undefined,
        }));
    },
    deleteFolder: (name, uid, signal) => client.delete(backupVolumes, { namespace, name }, { uid, signal }),
  };
}
