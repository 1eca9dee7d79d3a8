/** The ways to connect to a cluster, and the answers that only a real API server gives: identities, rights, lost history. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectToCluster, loadConnection } from '@soteria/shared/kubernetes/connect.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { createHttpClient } from '@soteria/shared/kubernetes/http-client.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { readOwnNamespace } from '@soteria/shared/kubernetes/in-cluster.ts';
import { reviewAccess, reviewToken } from '@soteria/shared/kubernetes/reviews.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { expect, it } from 'vitest';
import { describeOnApiServer, useApiServer } from '../servers/require-api-server.ts';
import { mintToken, mountServiceAccount } from '../servers/service-account.ts';

function saying(words: string): object {
  return { explanation: { why: expect.stringContaining(words) as unknown } };
}

describeOnApiServer('connecting to a real API server', () => {
  const server = useApiServer();
  const asAdmin = (): Promise<KubernetesClient> => connectToCluster({ kubeconfig: server.access.kubeconfigPath });

  async function createAccount(): Promise<{ namespace: string; name: string; user: string }> {
    const namespace = await server.createNamespace('connect');
    const name = 'walker';
    await server.admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
    return { namespace, name, user: `system:serviceaccount:${namespace}:${name}` };
  }

  /** Connects as a pod of the account. */
  async function connectAs(account: { namespace: string; name: string }) {
    const mounted = await mountServiceAccount(server.access, account);
    const settings = {
      kubernetesServiceHost: mounted.env.KUBERNETES_SERVICE_HOST,
      kubernetesServicePort: mounted.env.KUBERNETES_SERVICE_PORT,
      serviceAccountDir: mounted.dir,
    };
    return { ...mounted, settings, client: await connectToCluster(settings) };
  }

  it('works with a kubeconfig', async () => {
    const namespace = await server.createNamespace('connect');
    const client = await asAdmin();
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } };
    expect((await client.create(configMaps, draft)).metadata.uid).not.toBe('');
  });

  it('writes back an object without its managed fields, and the server keeps them', async () => {
    const namespace = await server.createNamespace('connect');
    const { admin } = server;
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await admin.must('POST', `${path}?fieldManager=another`, { metadata: { name: 'a' }, data: { theirs: '1' } });
    const client = await asAdmin();
    const read = await client.get(configMaps, { namespace, name: 'a' });
    if (read === undefined) throw new Error('it is not there');
    await client.replace(configMaps, { ...read, data: { ...read.data, ours: '2' } });
    const { metadata } = await admin.must<{ metadata: { managedFields: { manager: string }[] } }>('GET', `${path}/a`);
    expect(metadata.managedFields.map(({ manager }) => manager)).toEqual(['another', 'soteria']);
  });

  it("works as a pod, with the rights of the pod's account and no others", async () => {
    const account = await createAccount();
    const { client, dir } = await connectAs(account);
    expect(await readOwnNamespace(dir)).toBe(account.namespace);
    await expect(client.list(configMaps, { namespace: account.namespace })).rejects.toMatchObject({
      code: 'cluster_forbidden',
      explanation: { why: expect.stringContaining(account.user) as unknown },
    });
  });

  it('continues with the new token when the old token is refused', async () => {
    const account = await createAccount();
    const { dir, token, settings } = await connectAs(account);
    writeFileSync(join(dir, 'token'), 'no-longer-valid');
    const client = await connectToCluster(settings);
    await expect(client.list(configMaps)).rejects.toMatchObject(saying('answered 401'));
    writeFileSync(join(dir, 'token'), token);
    await expect(client.list(configMaps)).rejects.toMatchObject(saying('answered 403'));
  });

  it('does not trust a server that its certificate authority has not signed', async () => {
    const connection = await loadConnection({ kubeconfig: server.access.kubeconfigPath });
    const client = createHttpClient({ ...connection, ca: undefined });
    await expect(client.list(configMaps)).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { fix: expect.stringContaining('certificate authority') as unknown },
    });
  });

  it('reports the user and the audience of a token', async () => {
    const account = await createAccount();
    const client = await asAdmin();
    const token = await mintToken(server.admin, account);
    expect(await reviewToken(client, token)).toMatchObject({
      isAuthenticated: true,
      user: account.user,
      groups: expect.arrayContaining(['system:serviceaccounts', 'system:authenticated']) as unknown,
    });
    expect((await reviewToken(client, 'forged')).isAuthenticated).toBe(false);
    const audiences = ['soteria.test'];
    expect((await reviewToken(client, token, { audiences })).isAuthenticated).toBe(false);
    const meant = await mintToken(server.admin, { ...account, audiences });
    expect((await reviewToken(client, meant, { audiences })).isAuthenticated).toBe(true);
    expect((await reviewToken(client, meant)).isAuthenticated).toBe(false);
  });

  it('reports the rights of a user', async () => {
    const { namespace, user } = await createAccount();
    const client = await asAdmin();
    const question = { namespace, verb: 'create', group: 'soteria.dev', resource: 'operations' };
    expect((await reviewAccess(client, { ...question, user, groups: [] })).isAllowed).toBe(false);
    const groups = ['system:masters'];
    expect((await reviewAccess(client, { ...question, user: 'root', groups })).isAllowed).toBe(true);
  });

  it('begins a watch again with the whole list when the server has lost the history', async () => {
    const namespace = await server.createNamespace('connect');
    const client = createWatchingClient(await loadConnection({ kubeconfig: server.access.kubeconfigPath }));
    const name = 'soteria-backup-data-20250102-030405';
    const spec = { kind: 'Backup', request: { pvc: 'data' } } as const;
    const metadata = { name, namespace };
    await client.create(operations, { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', metadata, spec });
    // The server keeps the history of a custom resource since the moment its definition was installed.
    for await (const event of client.watch(operations, { namespace, resourceVersion: '1' })) {
      expect(event).toMatchObject({ type: 'resync', objects: [{ metadata: { name } }] });
      break;
    }
  });

  it('refuses a member that the schema does not know', async () => {
    const namespace = await server.createNamespace('connect');
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace }, colour: 'red' };
    await expect((await asAdmin()).create(configMaps, draft)).rejects.toMatchObject({
      code: 'cluster_refused',
      explanation: { why: expect.stringContaining('unknown field "colour"') as unknown },
    });
  });
});
