/** The claims of a soak: each with different bytes, bound before the first request. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldersIn } from '@soteria/local/longhorn/folders.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { namespaces, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { waitUntil } from '../servers/wait-until.ts';

export const soakNamespace = 'soak';

export async function makeClaims(client: KubernetesClient, dataDir: string, count: number): Promise<readonly string[]> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: soakNamespace } });
  const names = Array.from({ length: count }, (_unused, index) => `claim-${String(index).padStart(4, '0')}`);
  for (const name of names) {
    const folder = foldersIn(join(dataDir, 'longhorn')).claim(soakNamespace, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'data'), randomBytes(4096));
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: soakNamespace },
      spec: {
        storageClassName: 'longhorn',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
  }
  const areBound = async () => {
    const { items } = await client.list(persistentVolumeClaims, { namespace: soakNamespace });
    return items.length === count && items.every(({ status }) => status?.phase === 'Bound');
  };
  await waitUntil(`${count} claims are bound`, areBound, { deadlineMs: 120_000 });
  return names;
}
