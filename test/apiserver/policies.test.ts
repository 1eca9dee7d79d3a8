/** Policies on a real API server, with no more rights than the manifests grant to the function `policy-tick`. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { readAuditLogs } from '../rights/audit-log.ts';

const namespace = 'soteria';
const secretsPath = `/api/v1/namespaces/${namespace}/secrets`;
const nightly = (id: string) => ({ id, schedule: '30 2 * * *', namespaceSelector: {} });

const listed = z.object({
  version: z.string(),
  items: z.array(z.object({ policy: z.object({ id: z.string() }), editable: z.boolean() })),
  faults: z.array(z.object({ id: z.string().nullable(), why: z.string() })),
  conflicts: z.array(z.object({ id: z.string() })),
});

describeWithControllers('policies on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  const tokens = new Map<string, string>();

  async function account(name: string, verbs: readonly string[]): Promise<void> {
    const admin = server.adminClient;
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name, namespace },
      rules: [{ apiGroups: ['soteria.dev'], resources: ['operations'], verbs }],
    });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    tokens.set(name, await mintToken(admin, { namespace, name }));
  }

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
    await account('writer', ['list', 'create']);
    await account('reader', ['list']);
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function call(route: string, { as = 'writer', body }: { as?: string; body?: object } = {}) {
    const [method = '', path = ''] = route.split(' ');
    const headers = { authorization: `Bearer ${tokens.get(as)}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(new URL(path, bed.local.frontDoorUrl), init);
    return { status: answer.status, body: await answer.json() };
  }

  const list = async () => listed.parse((await call('GET /v1/policies', { as: 'reader' })).body);

  it('concurrent writes lose nothing', async () => {
    const ids = Array.from({ length: 8 }, (_none, index) => `policy-${index}`);
    const answers = await Promise.all(ids.map((id) => call('POST /v1/policies', { body: nightly(id) })));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      ids.map((id) => [200, expect.objectContaining({ id })]),
    );
    expect((await list()).items.map(({ policy }) => policy.id)).toEqual(ids);
    expect((await call('DELETE /v1/policies/policy-0')).status).toBe(200);
  });

  it('a reader changes nothing', async () => {
    expect((await call('POST /v1/policies', { as: 'reader', body: nightly('mine') })).status).toBe(403);
    expect((await call('DELETE /v1/policies/policy-1', { as: 'reader' })).status).toBe(403);
  });

  it('a Secret edited by hand disables the bad policy alone, and Git wins', async () => {
    const admin = server.adminClient;
    const secret = await admin.must<{ data: Record<string, string> }>('GET', `${secretsPath}/soteria-policies`);
    const bad = Buffer.from('id: bad\nschedule: 0 25 * * *\n').toString('base64');
    await admin.must('PUT', `${secretsPath}/soteria-policies`, {
      ...secret,
      data: { ...secret.data, 'bad.yaml': bad },
    });
    const labels = { 'soteria.dev/policies': '' };
    const data = { 'p.json': JSON.stringify({ ...nightly('policy-1'), suspend: true }) };
    await admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'team', namespace, labels }, data });
    const kept = {
      metadata: { name: 'soteria-policies-git', namespace },
      stringData: { p: JSON.stringify(nightly('kept')) },
    };
    await admin.apply({ apiVersion: 'v1', kind: 'Secret', ...kept });
    const stranger = {
      metadata: { name: 'other', namespace, labels },
      stringData: { p: JSON.stringify(nightly('other')) },
    };
    await admin.apply({ apiVersion: 'v1', kind: 'Secret', ...stranger });
    const { items, faults, conflicts } = await list();
    expect(faults).toMatchObject([{ id: 'bad', why: expect.stringContaining('line 2: schedule') }]);
    expect(conflicts).toMatchObject([{ id: 'policy-1' }]);
    expect(items.filter(({ editable }) => !editable).map(({ policy }) => policy.id)).toEqual(['kept', 'policy-1']);
    expect(items).toHaveLength(8);
    expect((await call('POST /v1/policies', { body: nightly('policy-1') })).status).toBe(409);
    expect((await call('GET /v1/policies/policy-2/preview')).status).toBe(200);
  });

  it('shows the policies that are equal to Longhorn’s recurring jobs to a caller who may list everywhere', async () => {
    const asked = { body: { from: 'recurring-jobs' } };
    expect((await call('POST /v1/policies/preview', asked)).status).toBe(403);
    await server.adminClient.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'overseer' },
      rules: [{ apiGroups: ['soteria.dev'], resources: ['operations'], verbs: ['list'] }],
    });
    await account('overseer', ['list', 'create']);
    await server.adminClient.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'overseer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'overseer' },
      subjects: [{ kind: 'ServiceAccount', name: 'overseer', namespace }],
    });
    const recurringJob = {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'RecurringJob',
      metadata: { name: 'nightly', namespace: 'longhorn-system' },
      spec: { name: 'nightly', task: 'backup', cron: '0 3 * * *', retain: 7, concurrency: 2, groups: ['default'] },
    };
    await server.adminClient.apply(recurringJob);
    const shown = await call('POST /v1/policies/preview', { as: 'overseer', ...asked });
    expect(shown).toMatchObject({ status: 200 });
    expect(JSON.stringify(shown.body)).toContain('nightly');
  });

  it('a policy that skips unchanged claims reads the engines', async () => {
    const answer = await call('POST /v1/policies', { body: { ...nightly('sparing'), onUnchanged: 'skip' } });
    expect(answer.status).toBe(200);
    await waitUntil('the engines were listed', () => {
      const engines = readAuditLogs(dirname(server.auditLogPath)).filter(
        ({ resource, function: by }) => resource === 'engines' && by === 'policy-tick',
      );
      return Promise.resolve(engines.length > 0 && engines.every(({ isAllowed }) => isAllowed));
    });
  });
});
