/**
 * The self-test and adopting another cluster's points on a real API server: with the rights of the manifests and no more, admission in
 * force, and Kubernetes' own controllers beside.
 */
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listLeft } from '../e2e/list-left.ts';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { createAdminClient } from '../servers/admin-client.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const source = { namespace: 'shop', name: 'data' };
const rbac = 'rbac.authorization.k8s.io';

describeWithControllers('a self-test on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  /** Tokens of a caller with rights in the namespace of the test only, and of a caller with rights everywhere. */
  const tokens = { tester: '', admin: '' };
  const seen = new Set<string>();

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    const { adminClient } = server;
    await installCrds(adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
    const tester = { name: 'tester', namespace: proofNamespace };
    await adminClient.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: tester });
    for (const name of ['soteria-operations-edit', 'soteria-operations-view']) {
      await adminClient.apply({
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name, namespace: proofNamespace },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', ...tester }],
      });
    }
    const admin = { name: 'admin', namespace: 'default' };
    await adminClient.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: admin });
    await adminClient.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'admin-of-the-test' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', ...admin }],
    });
    tokens.tester = await mintToken(adminClient, tester);
    tokens.admin = await mintToken(adminClient, admin);
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function call(as: keyof typeof tokens, method: string, path: string, body?: object) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[as]}` };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${bed.local.frontDoorUrl}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function waitForNew(): Promise<Operation> {
    const isNew = ({ spec, metadata }: Operation) => spec.kind === 'SelfTest' && !seen.has(metadata.uid);
    const operation = await bed.waitForEnd('the self-test', isNew, 120_000);
    seen.add(operation.metadata.uid);
    return operation;
  }

  const untilNothingIsLeft = () =>
    waitUntil('nothing is left', async () => {
      const left = await listLeft(bed.local.cluster.client);
      if (left.length === 0) return true;
      throw new Error(left.join(', '));
    });

  it('passes with the rights of the manifests, for a caller with rights in its namespace, and leaves nothing', async () => {
    const answer = await call('tester', 'POST', '/v1/selftest', {});
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const operation = await waitForNew();
    expect(operation.status, JSON.stringify(operation.status)).toMatchObject({
      phase: 'Succeeded',
      result: { selfTest: { storageClass: 'longhorn' } },
    });
    await untilNothingIsLeft();
    expect((await call('tester', 'GET', '/v1/selftest')).body).toMatchObject({ is_ready: true });
  }, 150_000);

  it('made with kubectl passes too, and is refused in any other namespace', async () => {
    const { client } = bed.local.cluster;
    const draft = (namespace: string) => ({
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-selftest-kubectl-', namespace },
      spec: { kind: 'SelfTest' as const, request: {} },
    });
    await expect(client.create(operations, draft('default'))).rejects.toThrow(/soteria-proof/);
    await client.create(operations, draft(proofNamespace));
    expect((await waitForNew()).status?.phase).toBe('Succeeded');
    await untilNothingIsLeft();
  }, 150_000);

  it.each([
    ['pvc-1', 'of a claim that people use', { 'soteria.dev/namespace': 'shop', 'soteria.dev/pvc': 'data' }],
    ['pvc-2', 'of another claim beside the tests', { 'soteria.dev/pvc': 'data' }],
    ['pvc-3', 'that no operation made', { 'soteria.dev/operation-uid': undefined }],
    ['pvc-4', 'of a self-test', {}],
  ])('%s, the volume %s: may the function delete its description?', async (volumeName, whose, change) => {
    const { adminClient, url, caPem } = server;
    const token = await mintToken(adminClient, { namespace: 'soteria', name: 'restore' });
    const restore = createAdminClient({ url, caPem, token });
    const folder = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backupvolumes';
    const labels = {
      'soteria.dev/namespace': proofNamespace,
      'soteria.dev/pvc': 'soteria-selftest-0a1b2c',
      'soteria.dev/operation-uid': 'uid-1',
      ...change,
    };
    const path = `${folder}/${volumeName}-0a1b`;
    const metadata = { name: `${volumeName}-0a1b`, namespace: 'longhorn-system' };
    const description = { apiVersion: 'longhorn.io/v1beta2', kind: 'BackupVolume', metadata };
    await adminClient.must('POST', folder, { ...description, spec: { volumeName } });
    await adminClient.must('PATCH', `${path}/status`, { status: { labels } }, 'application/merge-patch+json');
    const { status, body } = await restore.call('DELETE', path);
    restore.close();
    if (whose === 'of a self-test') expect(status, JSON.stringify(body)).toBe(200);
    else {
      expect(status, JSON.stringify(body)).toBe(403);
      expect(JSON.stringify(body)).toContain('deletes the BackupVolume of a self-test');
      await adminClient.must('DELETE', path);
    }
  });

  it('another cluster’s points can be adopted only by a caller with rights everywhere', async () => {
    const { client } = bed.local.cluster;
    const config = { namespace: 'soteria', name: 'soteria-config' };
    await bed.makeClaims([source]);
    const origins = async () => {
      const { items } = (await call('admin', 'GET', `/v1/backups?namespace=${source.namespace}`)).body;
      return (items as { origin: string; cluster_id: string }[]).map(({ origin, cluster_id: id }) => `${origin} ${id}`);
    };
    for (const id of ['away', 'farther']) {
      // Each start finds another id in the settings, as if another cluster had made the point.
      await client.patch(configMaps, config, { data: { SOTERIA_CLUSTER_ID: id } });
      await bed.restart();
      const asked = await call('admin', 'POST', '/v1/backup', { namespace: source.namespace, pvc: source.name });
      expect(asked.status, JSON.stringify(asked.body)).toBe(202);
      const isIt = (one: Operation) => isAbout(source)(one) && one.metadata.name === asked.body['operation'];
      expect((await bed.waitForEnd('the backup', isIt)).status?.phase).toBe('Succeeded');
    }
    await client.patch(configMaps, config, { data: { SOTERIA_CLUSTER_ID: null } });
    await bed.restart();
    expect(await origins()).toEqual(['other-cluster farther', 'other-cluster away']);

    const body = { cluster_id: 'away' };
    expect((await call('tester', 'POST', '/v1/backups/adopt', { ...body, dry_run: true })).status).toBe(403);
    for (const id of ['away', 'farther']) {
      const adopted = await call('admin', 'POST', '/v1/backups/adopt', { cluster_id: id });
      expect(adopted.body, JSON.stringify(adopted.body)).toMatchObject({
        points: 1,
        claims: 1,
        already_adopted: false,
      });
    }
    expect(await origins()).toEqual(['own farther', 'own away']);

    const headers = { authorization: `Bearer ${tokens.admin}` };
    const page = await fetch(`${bed.local.frontDoorUrl}/v1/recovery`, { headers });
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('Adopted from other clusters, to be adopted again: `away`, `farther`');
    expect(text).toContain('`shop`: 1 claim');
    expect((await call('tester', 'GET', '/v1/recovery')).status).toBe(403);
  }, 150_000);
});
