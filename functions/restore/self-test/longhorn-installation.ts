/** Which Longhorn is installed. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { longhornGroup, longhornVersion } from '@soteria/shared/longhorn/resource-types.ts';

const settings = untyped({
  group: longhornGroup,
  version: longhornVersion,
  kind: 'Setting',
  plural: 'settings',
  isNamespaced: true,
});
export const versionSetting = 'current-longhorn-version';

export interface LonghornInstallation {
  /** Undefined when Longhorn does not say. */
  version(signal?: AbortSignal): Promise<string | undefined>;
}

export function createLonghornInstallation(
  client: KubernetesClient,
  { namespace }: { readonly namespace: string },
): LonghornInstallation {
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
  };
}
