/** A restore test on a real API server of its own: with the rights of the manifests and no more, by a caller of one namespace. */
import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { jobs, persistentVolumeClaims, persistentVolumes, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { createAdminClient } from '../servers/admin-client.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const source = { namespace: 'shop', name: 'data' };
const rbac = 'rbac.authorization.k8s.io';

describeWithControllers('a restore test on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let token = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
    await bed.makeClaims([source], { 'a/file.txt': 'content', 'b.bin': Buffer.alloc(3_000_000, 7) });
    const { adminClient } = server;
    const metadata = { name: 'team', namespace: source.namespace };
    await adminClient.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    for (const name of ['soteria-operations-edit', 'soteria-operations-view']) {
      await adminClient.apply({
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name, namespace: source.namespace },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      });
    }
    token = await mintToken(adminClient, metadata);
    expect((await post('/v1/backup', {})).status).toBe(202);
    const backedUp = await bed.waitForEnd('the backup', isAbout(source));
    expect(backedUp.status?.phase, JSON.stringify(backedUp.status)).toBe('Succeeded');
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function post(path: string, more: object) {
    const body = JSON.stringify({ namespace: source.namespace, pvc: source.name, ...more });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(`${bed.local.frontDoorUrl}${path}`, { method: 'POST', headers, body });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function listLeft({ metadata }: Operation): Promise<string[]> {
    const { client } = bed.local.cluster;
    const all = [
      ...(await Array.fromAsync(listAll(client, volumes, { namespace: 'longhorn-system' }))),
      ...(await Array.fromAsync(listAll(client, persistentVolumes))),
      ...(await Array.fromAsync(listAll(client, persistentVolumeClaims))),
      ...(await Array.fromAsync(listAll(client, jobs))),
      ...(await Array.fromAsync(listAll(client, pods))),
    ];
    return all
      .filter((one) => one.metadata.labels?.[operationUidLabel] === metadata.uid)
      .map((one) => `${one.kind} ${one.metadata.name}`);
  }

  it('proves a point and leaves nothing, for a caller with rights in the namespace of the claim only', async () => {
    const answer = await post('/v1/restore-test', { verify: { files: { min: 2, sample_checksums: 5 } } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    const ended = await bed.waitForEnd(
      'the test',
      ({ metadata }) => metadata.name === answer.body['operation'],
      60_000,
    );
    expect(ended.status).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { outcome: 'verified', files: 2, bytes: String(3_000_000 + 'content'.length), sampled: 2 } },
    });
    await waitUntil('nothing is left of it', async () => {
      const left = await listLeft(ended);
      if (left.length === 0) return true;
      throw new Error(left.join(', '));
    });
  });

  it('is refused in a namespace that the caller chooses without rights there', async () => {
    const answer = await post('/v1/restore-test', { test_namespace: 'kube-system' });
    expect(answer.status).toBe(403);
  });

  const image = 'ghcr.io/soteria-dev/soteria:0.1.0';
  const command = { image, argv: ['/nodejs/bin/node', '-e', "require('fs').statSync('a/file.txt')"] };
  const there = { test_namespace: 'team-proof', verify: { command } };

  async function bind(role: string, namespace: string, account: { readonly name: string; readonly namespace: string }) {
    await server.adminClient.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: `${role}-${account.name}`, namespace },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });
  }

  it('runs a command where its caller may make Jobs, once the function may make Jobs there too', async () => {
    const { adminClient } = server;
    const here = await post('/v1/restore-test', { verify: { command } });
    expect(here).toMatchObject({ status: 403, body: { what: expect.stringContaining('may not create jobs.batch') } });

    await adminClient.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-proof' } });
    await adminClient.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'makes-jobs' },
      rules: [{ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] }],
    });
    const team = { name: 'team', namespace: source.namespace };
    await bind('soteria-operations-edit', 'team-proof', team);
    await bind('makes-jobs', 'team-proof', team);
    // The function itself may not make Jobs there yet: it reports that before anything is restored.
    const refused = await waitUntil('the team may ask', async () => {
      const answer = await post('/v1/restore-test', there);
      return answer.status === 422 && answer;
    });
    expect(refused.body).toMatchObject({
      code: 'unprocessable',
      fix: expect.stringContaining('kubectl create rolebinding soteria-proof -n team-proof'),
    });

    await bind('soteria-proof', 'team-proof', { name: 'restore', namespace: 'soteria' });
    const asked = await waitUntil('the function may make Jobs', async () => {
      const answer = await post('/v1/restore-test', there);
      return answer.status === 202 && answer;
    });
    const ended = await bed.waitForEnd('the test', ({ metadata }) => metadata.name === asked.body['operation'], 60_000);
    expect(ended.status, JSON.stringify(ended.status)).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { strength: 'application', verifiers: ['command'] } },
    });
    await waitUntil('nothing is left of it', async () => (await listLeft(ended)).length === 0);
  });

  it('with a command may be requested by an Operation only by a user who may make Jobs where it runs', async () => {
    const path = `/apis/soteria.dev/v1alpha1/namespaces/${source.namespace}/operations`;
    const client = createAdminClient({ url: server.url, caPem: server.caPem, token });
    const operation = (request: object) => ({
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-restoretest-data-' },
      spec: { kind: 'RestoreTest', request: { pvc: source.name, verify: { command }, ...request } },
    });
    const refused = await client.call<{ message: string }>('POST', path, operation({}));
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('may not in namespace soteria-proof');
    const made = await client.call<{ metadata: { name: string } }>(
      'POST',
      path,
      operation({ testNamespace: 'team-proof' }),
    );
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const ended = await bed.waitForEnd('the test', ({ metadata }) => metadata.name === made.body.metadata.name, 60_000);
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    client.close();
  });
});
