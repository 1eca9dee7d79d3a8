import { createAdaptorServer } from '@hono/node-server';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { shape } from '../../../drivers/longhorn/restore/fixtures.ts';
import { createTestBench } from '../test-bench.ts';
import { wantsJson } from '../doors/read-recovery.ts';

const volume = shape.volume;

/** What travels with a point that a policy has made; of the claim's shape it says nothing here. */
const byPolicy = (policy: string, pvc: string): Record<string, string> => ({
  [catalogueKeys.managed]: 'true',
  [catalogueKeys.clusterId]: 'cluster-1',
  [catalogueKeys.namespace]: 'shop',
  [catalogueKeys.pvc]: pvc,
  [catalogueKeys.policy]: policy,
});

function open(...more: readonly JsonObject[]) {
  const bench = createTestBench();
  bench.seedBackups(
    { name: 'old', at: '2026-01-26T02:00:00Z', shape: { volume: { ...volume, backingImage: 'never-again' } } },
    { name: 'new', at: '2026-01-27T02:00:00Z' },
    { name: 'nightly-1', at: '2026-01-20T02:00:00Z', catalogue: byPolicy('nightly', 'data') },
    { name: 'nightly-2', at: '2026-01-21T02:00:00Z', catalogue: byPolicy('nightly', 'data') },
    { name: 'nightly-3', at: '2026-01-22T02:00:00Z', catalogue: byPolicy('nightly', 'vault') },
    { name: 'weekly-1', at: '2026-01-19T02:00:00Z', catalogue: byPolicy('weekly', 'data') },
    {
      name: 'elsewhere',
      at: '2026-01-23T02:00:00Z',
      catalogue: { ...byPolicy('theirs', 'data'), [catalogueKeys.clusterId]: 'cluster-2' },
    },
    {
      name: 'vault',
      at: '2026-01-28T02:00:00Z',
      pvc: 'vault',
      shape: {
        storageClassName: 'longhorn-crypto',
        nodeStageSecretRef: { name: 'vault-key', namespace: 'crypto' },
        nodePublishSecretRef: { name: 'vault-key', namespace: 'crypto' },
        volume: { ...volume, isEncrypted: true },
      },
    },
    {
      name: 'image',
      at: '2026-01-25T02:00:00Z',
      pvc: 'imaged',
      shape: { volume: { ...volume, backingImage: 'ubuntu' } },
    },
    { name: 'foreign', at: '2026-01-28T02:00:00Z', catalogue: {} },
    {
      name: 'bare',
      at: '2026-01-28T03:00:00Z',
      catalogue: {
        [catalogueKeys.managed]: 'true',
        [catalogueKeys.clusterId]: 'cluster-1',
        [catalogueKeys.namespace]: 'shop',
        [catalogueKeys.pvc]: 'bare',
      },
    },
  );
  bench.cluster.seed(
    {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'BackupTarget',
      metadata: { name: 'nas', namespace: 'longhorn-system' },
      spec: { backupTargetURL: 'https://user:pass@nas.example/share', credentialSecret: 'nas-secret' },
      status: { available: false },
    },
    {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Setting',
      metadata: { name: 'current-longhorn-version', namespace: 'longhorn-system' },
      value: 'v1.10.1',
    },
    ...more,
  );
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

describe('GET /v1/recovery', () => {
  it('lists, for machines, what is not on the targets', async () => {
    const { http } = open();
    const { body } = await http.get('/v1/recovery').set('accept', 'application/json').expect(200);
    expect(body).toMatchObject({
      cluster_id: 'cluster-1',
      is_id_of_this_cluster_alone: false,
      adopted: [],
      versions: { longhorn: 'v1.10.1', soteria_image: 'soteria:test' },
      targets: [
        { name: 'default', url: 's3://bucket@region/', credential_secret: null, is_available: true },
        { name: 'nas', credential_secret: 'longhorn-system/nas-secret', is_available: false },
      ],
      namespaces: [{ namespace: 'shop', claims: 4, newest: '2026-01-28T03:00:00Z' }],
      encrypted: [{ claim: 'shop/vault', secrets: ['crypto/vault-key'] }],
      backing_images: [{ name: 'ubuntu', claims: ['shop/imaged'] }],
      storage_classes: ['longhorn', 'longhorn-crypto'],
      without_shape: ['shop/bare'],
      policies: [
        { id: 'nightly', claims: 2, newest: '2026-01-22T02:00:00Z' },
        { id: 'weekly', claims: 1, newest: '2026-01-19T02:00:00Z' },
      ],
      problems: [],
    });
  });

  it('is a page to print, with the steps in their order, and without a password', async () => {
    const { http } = open();
    const { text, headers } = await http.get('/v1/recovery').expect(200);
    expect(headers['content-type']).toBe('text/markdown; charset=utf-8');
    const wanted = [
      'Cluster id: `cluster-1`',
      '`nas`: `https://[redacted]@nas.example/share`, credentials: Secret `longhorn-system/nas-secret`, **not available now**',
      'shop/vault: passphrase in `crypto/vault-key`',
      '`ubuntu`, under shop/imaged',
      '`longhorn-crypto`',
      '- shop/bare',
      'The targets hold points of these policies, but no definition of a policy',
      '- `nightly`: 2 claims, newest data of 2026-01-22T02:00:00Z',
      '- `weekly`: 1 claim, newest data of 2026-01-19T02:00:00Z',
      'a ConfigMap with the label `soteria.dev/policies`',
      'the Secret `soteria-policies`',
      '`shop`: 4 claims, newest data of 2026-01-28T03:00:00Z',
      '1. Make a cluster: nodes, disks, then Longhorn v1.10.1 or newer',
      '2. Put back the Secrets, from where you keep them: `longhorn-system/nas-secret`, `crypto/vault-key`.',
      '5. Install Soteria (`soteria:test`), with `SOTERIA_CLUSTER_ID: cluster-1`',
      '6. Nothing has to be adopted.',
      '8. Make the namespaces and restore each: `POST /v1/restores/namespace {"namespace": "shop", "target_namespace": "shop"}`.',
      '9. Bring the policies back, from Git',
    ];
    const places = wanted.map((line) => text.indexOf(line));
    expect(
      wanted.filter((_line, index) => (places[index] ?? -1) < 0),
      text,
    ).toEqual([]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text).not.toContain('pass@');
  });

  it('says what has to be adopted again, and that two clusters share an id', async () => {
    const { http, seedBackups, cluster } = open();
    cluster.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'soteria-adopted', namespace: 'soteria' },
      data: {
        a: JSON.stringify({ clusterId: 'gone', adoptedBy: 'ann', adoptedAt: '2026-01-30T00:00:00Z' }),
        b: 'no JSON',
      },
    });
    cluster.seed({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'kube-system', uid: 'uid-here', creationTimestamp: '2026-01-01T00:00:00Z' },
    });
    const keys = { [catalogueKeys.managed]: 'true', [catalogueKeys.clusterId]: 'cluster-1' };
    seedBackups({
      name: 'twin',
      at: '2026-01-31T01:00:00Z',
      catalogue: { ...keys, [catalogueKeys.clusterUid]: 'uid-there' },
    });
    const { text } = await http.get('/v1/recovery').expect(200);
    expect(text).toContain('`POST /v1/backups/adopt {"cluster_id": "gone"}`');
    expect(text).toMatch(/\*\*two living clusters write restore points under the id cluster-1\*\*: .*uid-there/);
  });

  it('is written of an empty cluster too', async () => {
    const bench = createTestBench();
    const http = supertest(createAdaptorServer({ fetch: bench.app.fetch }));
    const { text } = await http.get('/v1/recovery').expect(200);
    expect(text).toContain('there are no restore points yet');
    expect(text).toContain('No point was made by a policy.');
    expect(text).toContain('Longhorn (its version is not known)');
  });

  it('lets no name from the target become Markdown', async () => {
    const { http, seedBackups } = open();
    const namespace = 'x`\n# Owned <script>';
    const keys = { [catalogueKeys.managed]: 'true', [catalogueKeys.clusterId]: 'cluster-1' };
    seedBackups({
      name: 'bad',
      at: '2026-01-31T01:00:00Z',
      catalogue: { ...keys, [catalogueKeys.namespace]: namespace, [catalogueKeys.pvc]: 'a|b' },
    });
    const { text } = await http.get('/v1/recovery').expect(200);
    expect(text).not.toMatch(/^# Owned/m);
    expect(text).toContain('a\\|b');
  });

  it('is for who may list operations in all namespaces', async () => {
    const { http, refused } = open();
    refused.add('all');
    await http.get('/v1/recovery').expect(403);
  });
});

it.each([
  [undefined, false],
  ['*/*', false],
  ['text/markdown', false],
  ['text/html,application/xhtml+xml', false],
  ['application/json', true],
  ['application/json, text/plain;q=0.5', true],
  ['text/markdown, application/json;q=0.1', false],
])('who accepts %s gets JSON: %s', (accept, expected) => {
  expect(wantsJson(accept)).toBe(expected);
});
