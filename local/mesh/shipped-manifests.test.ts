import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { eventually, namespace, startFixture } from './testing/mesh-fixture.ts';

const folder = join(import.meta.dirname, '../../deploy/knative/base');
const needed = new Set(['Service', 'Broker', 'Trigger', 'PingSource', 'ApiServerSource', 'ConfigMap']);
const operations = untyped({
  group: 'soteria.dev',
  version: 'v1alpha1',
  kind: 'Operation',
  plural: 'operations',
  isNamespaced: true,
});

async function readShipped(): Promise<JsonObject[]> {
  const objects: JsonObject[] = [];
  for await (const file of glob('**/*.yaml', { cwd: folder })) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
      const object: JsonObject = document.toJS();
      if (needed.has(String(object['kind']))) objects.push(object);
    }
  }
  return objects;
}

describe('the manifests the product ships', () => {
  it('are honoured: a request finds its function, and a new Operation wakes it', async () => {
    const { mesh, publish, received, cluster, all } = await startFixture(await readShipped());
    expect(all('warning')).toEqual([]);
    expect(mesh.listRoutes().map((route) => route.prefix)).toContain('/v1/backup');
    expect((await publish({ type: 'dev.soteria.backup.requested.v1' })).status).toBe(202);
    const [request] = await received('backup', 1);
    expect(request?.env).toMatchObject({ K_SINK: mesh.brokerUrl(namespace, 'default'), SOTERIA_NAMESPACE: 'soteria' });

    const metadata = { name: 'soteria-backup-data-20261121-015700', namespace: 'default' };
    await cluster.client.create(operations, { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', metadata });
    await received('backup', 2);
    await eventually(() => expect(all('source-event').map((event) => event.status)).toEqual([202]));
  });
});
