/** The folder behind the local backup target as a B2 bucket, and the Secret that lets the function `b2-usage` list it. */
import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { applyManifests } from '../apply-manifests.ts';
import { type B2Server, startB2Server } from './b2-server.ts';
import { folderVersions } from './folder-versions.ts';

export const localBucket = 'local';

/** The key is new at every start and may only list. */
export async function startLocalBucket(client: KubernetesClient, folder: string): Promise<B2Server> {
  const keyId = 'local';
  const applicationKey = randomBytes(16).toString('hex');
  const server = await startB2Server({
    keys: [{ keyId, applicationKey, capabilities: ['listBuckets', 'listFiles'], bucket: localBucket }],
    buckets: [{ name: localBucket, versions: () => folderVersions(folder) }],
  });
  await applyManifests(client, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'soteria-b2', namespace: 'soteria' },
      type: 'Opaque',
      stringData: {
        SOTERIA_B2_ENDPOINT: server.url,
        SOTERIA_B2_KEY_ID: keyId,
        SOTERIA_B2_APPLICATION_KEY: applicationKey,
        SOTERIA_B2_BUCKETS: localBucket,
      },
    },
  ]);
  return server;
}
