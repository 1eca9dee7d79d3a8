/** The test bed itself: what the other suites assume about their server. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  describeOnApiServer,
  describeWithControllers,
  describeWithReferenceCrds,
  useApiServer,
} from '../servers/require-api-server.ts';
import { startApiServer } from '../servers/api-server.ts';
import { mountServiceAccount } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;

describeOnApiServer('the shared API server', () => {
  const server = useApiServer();

  it('knows its administrator, and refuses a token that it has not issued', async () => {
    const namespace = await server.createNamespace('bed');
    expect((await server.admin.call('GET', configMaps(namespace))).status).toBe(200);
    expect((await server.withToken('forged').call('GET', configMaps(namespace))).status).toBe(401);
  });

  it('gives a ServiceAccount no more than its role grants', async () => {
    const namespace = await server.createNamespace('bed');
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace } };
    await server.admin.apply(account);
    const mounted = await mountServiceAccount(server.access, { namespace, name: 'reader' });
    expect(readFileSync(join(mounted.dir, 'namespace'), 'utf8')).toBe(namespace);
    const reader = server.withToken(readFileSync(join(mounted.dir, 'token'), 'utf8'));
    expect(await reader.call('GET', configMaps(namespace))).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining(`system:serviceaccount:${namespace}:reader`) as unknown },
    });

    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    const rbac = 'rbac.authorization.k8s.io/v1';
    await server.admin.apply({ apiVersion: rbac, kind: 'Role', metadata: { name: 'reader', namespace }, rules });
    await server.admin.apply({
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata: { name: 'reader', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
    });
    await waitUntil(
      'the grant is in force',
      async () => (await reader.call('GET', configMaps(namespace))).status === 200,
    );
    expect((await reader.call('POST', configMaps(namespace), { metadata: { name: 'x' } })).status).toBe(403);
  });

  it('acts as another user for a test of rights', async () => {
    const alice = server.as({ user: 'alice', groups: ['team-a'] });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    expect(await alice.must('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review)).toMatchObject({
      status: { userInfo: { username: 'alice', groups: expect.arrayContaining(['team-a']) as unknown } },
    });
  });

  it('records the user of every request', async () => {
    const namespace = await server.createNamespace('bed');
    const path = `${configMaps(namespace)}/audited`;
    await server.as({ user: 'mallory' }).call('GET', path);
    const line = await waitUntil('the request is in the audit log', () =>
      readFileSync(server.access.auditLogPath, 'utf8')
        .split('\n')
        .find((line) => line.includes(path)),
    );
    expect(JSON.parse(line)).toMatchObject({
      verb: 'get',
      level: 'Metadata',
      impersonatedUser: { username: 'mallory' },
    });
  });
});

describeWithReferenceCrds('the CRDs of Longhorn and Knative', () => {
  const server = useApiServer();

  it.each([
    ['a Longhorn snapshot', { apiVersion: 'longhorn.io/v1beta2', kind: 'Snapshot', spec: { volume: 'v' } }],
    [
      'a PingSource, whose conversion webhook was left out',
      {
        apiVersion: 'sources.knative.dev/v1',
        kind: 'PingSource',
        spec: { schedule: '* * * * *', sink: { uri: 'http://x' } },
      },
    ],
  ])('are served: %s is stored', async (_title, object) => {
    const namespace = await server.createNamespace('bed');
    const stored = await server.admin.apply({ ...object, metadata: { name: 'one', namespace } });
    expect(stored).toMatchObject({ kind: object.kind, spec: object.spec });
  });
});

describeWithControllers('the controllers', () => {
  const server = useApiServer();

  it('delete the objects of a deleted owner, also of kinds from CRDs', async () => {
    const namespace = await server.createNamespace('bed');
    const longhorn = 'longhorn.io/v1beta2';
    const owner = await server.admin.apply<{ metadata: { uid: string } }>({
      apiVersion: longhorn,
      kind: 'Snapshot',
      metadata: { name: 'owner', namespace },
      spec: { volume: 'v' },
    });
    const ownerReferences = [{ apiVersion: longhorn, kind: 'Snapshot', name: 'owner', uid: owner.metadata.uid }];
    await server.admin.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owned', namespace, ownerReferences },
    });
    await server.admin.must('DELETE', `/apis/${longhorn}/namespaces/${namespace}/snapshots/owner`);
    const owned = `${configMaps(namespace)}/owned`;
    await waitUntil('the owned object is gone', async () => (await server.admin.call('GET', owned)).status === 404);
  });

  it('finish a namespace that is deleted', async () => {
    const namespace = await server.createNamespace('bed');
    await server.admin.must('DELETE', `/api/v1/namespaces/${namespace}`);
    const path = `/api/v1/namespaces/${namespace}`;
    await waitUntil('the namespace is gone', async () => (await server.admin.call('GET', path)).status === 404);
  });
});

describeOnApiServer('a server of one’s own', () => {
  it('starts beside the shared one, and leaves nothing when it stops', async () => {
    const own = await startApiServer();
    expect(own.hasControllerManager).toBe(false);
    expect((await own.adminClient.call('GET', '/readyz')).body).toBe('ok');
    await own.stop();
    await expect(own.adminClient.call('GET', '/readyz')).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(own.dir)).toBe(false);
  });

  it('shows the end of its log when it does not start', async () => {
    const start = startApiServer({ extraFlags: ['--authorization-mode=Fortune'] });
    await expect(start).rejects.toThrow(/^kube-apiserver ended with code 1\. The end of its log:[^]*Fortune/);
  });
});
