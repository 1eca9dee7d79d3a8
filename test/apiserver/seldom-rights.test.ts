/**
 * Rare work of the functions, on a real API server and with no more rights than the manifests grant: cancelling, sweeping,
 * keeping and replaying dead letters. Together with the main job these are all the rights they have (`test/rights`).
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEvents } from '@soteria/console/testing/read-events.ts';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { backupRequested, contentModes, post } from '../e2e/send-event.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const namespace = 'sample';
const sweepSource = '/apis/v1/namespaces/soteria/pingsources/sweep';

describeWithControllers('what is seldom done on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let token = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    const admin = server.adminClient;
    await installCrds(admin, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath, hasSample: true });
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'operator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace }],
    });
    token = await mintToken(admin, { namespace, name: 'operator' });
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function call(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(new URL(path, bed.local.frontDoorUrl), init);
    return { status: answer.status, body: await answer.json() };
  }

  const sweep = (): Promise<number> =>
    post(bed.local.brokerUrl, contentModes.binary({ type: 'dev.knative.sources.ping', source: sweepSource, data: {} }));

  const operationsPath = `/apis/soteria.dev/v1alpha1/namespaces/${namespace}/operations`;

  it('an upload that is cancelled leaves neither backup nor snapshot, and a viewer sees its end', async () => {
    bed.local.faults.set('stuckInProgress', true);
    const followed = new URL(`/v1/events?namespace=${namespace}&pvc=notes`, bed.local.frontDoorUrl);
    const events = readEvents(await fetch(followed, { headers: { authorization: `Bearer ${token}` } }));
    expect(await events.take(1)).toEqual(['connected']);
    expect((await call('POST', '/v1/backup', { namespace, pvc: 'notes' })).status).toBe(202);
    const running = await waitUntil('the upload has begun', async () =>
      (await bed.listOperations(namespace)).find(({ status }) => status?.work?.backupMade === true),
    );
    expect(await sweep()).toBe(202);
    await waitUntil('the sweep has seen it', () =>
      bed.activities.some((one) => one.kind === 'log' && one.line.includes('"event":"swept"')),
    );
    const { name } = running.metadata;
    expect((await call('POST', `/v1/operations/${name}/cancel?namespace=${namespace}`)).status).toBe(202);
    bed.local.faults.clear('stuckInProgress');
    const ended = await bed.waitForEnd('the cancelled one', isAbout({ namespace, name: 'notes' }));
    expect(ended.status?.phase).toBe('Cancelled');
    expect(await bed.listRestorable({ namespace, name: 'notes' })).toEqual([]);
    const last = `operation:progress ${name} Cancelled`;
    let seen: string[] = [];
    do seen = await events.take(1);
    while (seen.length > 0 && seen[0] !== last);
    expect(seen).toEqual([last]);
    await events.cancel();
    const metrics = await (await fetch(new URL('/metrics', bed.local.frontDoorUrl))).text();
    expect(metrics).toContain('soteria_operations{kind="Backup",phase="Cancelled"} 1\n');
    expect(metrics).toContain('soteria_backup_target_available{target="default"} 1\n');
    expect(metrics).toContain('soteria_dead_letters ');
  });

  it('the sweep purges old Operations and leaves new Operations', async () => {
    const created = await server.adminClient.must<Record<string, unknown>>('POST', operationsPath, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { name: 'soteria-backup-old-20260101-000000' },
      spec: { kind: 'Backup', request: { pvc: 'old' } },
    });
    const finishedAt = new Date(Date.now() - 48 * 60 * 60_000).toISOString();
    const status = { phase: 'Failed', progress: 0, message: 'long ago', steps: [], finishedAt, settled: true };
    const path = `${operationsPath}/soteria-backup-old-20260101-000000`;
    await waitUntil('it is written as ended', async () => {
      const found = await server.adminClient.must<Record<string, unknown>>('GET', path);
      await server.adminClient.must('PUT', `${path}/status`, { ...found, status });
      return created;
    });
    expect(await sweep()).toBe(202);
    await waitUntil('it is purged', async () => (await server.adminClient.call('GET', path)).status === 404);
    expect(await bed.listOperations(namespace)).not.toEqual([]);
  });

  it('a request that no function accepts becomes a Kubernetes Event, is listed, and can be sent again', async () => {
    const misfit = contentModes.binary({ type: backupRequested, data: { namespace, pvc: 7 } });
    expect(await post(bed.local.brokerUrl, misfit)).toBe(202);
    const letters = await waitUntil('it is kept', async () => {
      const { body } = await call('GET', '/v1/dead-letters');
      const { items } = body as { items: readonly { id: string }[] };
      return items.length > 0 && items;
    });
    const { items } = await server.adminClient.must<{ items: readonly { reason: string }[] }>(
      'GET',
      '/api/v1/namespaces/soteria/events',
    );
    expect(items.map(({ reason }) => reason)).toContain('DeadLetter');
    expect((await call('POST', `/v1/dead-letters/${letters[0]?.id}/replay`)).status).toBe(202);
  });

  it('a caller that requests a plan or the usage is authenticated', async () => {
    expect((await call('POST', '/v1/backup', { namespace, pvc: 'notes', dry_run: true })).status).toBe(200);
    expect((await call('GET', '/v1/b2')).status).toBeLessThan(500);
  });

  it('a whole namespace is backed up on one request, each claim by its own Operation', async () => {
    expect((await call('POST', '/v1/backup/namespace', { namespace })).status).toBe(202);
    const ended = await bed.waitForEnd('the namespace', ({ spec }) => spec.kind === 'NamespaceBackup', 60_000);
    expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    const children = (await bed.listOperations(namespace)).filter(
      ({ spec }) => spec.cause?.parent === ended.metadata.name,
    );
    expect(children.length).toBeGreaterThan(1);
    expect(ended.status?.result).toMatchObject({ claimsBackedUp: children.length, claimsFailed: 0 });
  });
});
