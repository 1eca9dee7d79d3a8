/**
 * A measurement on a real API server, with no more rights than the manifests grant: in steps, and as a Job with its own account.
 * The admission policy limits the Jobs of the function. `test/rights` reads which rights were used here.
 */
import { folderVersions } from '@soteria/local/bucket/folder-versions.ts';
import { listingJob } from '@soteria/b2-usage/listing-job/listing-job.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import type { UsageReport } from '../e2e/usage-report.ts';
import { createAdminClient } from '../servers/admin-client.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const namespace = 'sample';
const jobsPath = '/apis/batch/v1/namespaces/soteria/jobs';

describeWithControllers('usage on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let operator = '';
  let teamMember = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    const admin = server.adminClient;
    await installCrds(admin, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath, hasSample: true });
    operator = await accountWith('operator', { kind: 'ClusterRole', name: 'cluster-admin' }, 'ClusterRoleBinding');
    teamMember = await accountWith('member', { kind: 'ClusterRole', name: 'soteria-operations-view' }, 'RoleBinding');
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function accountWith(name: string, role: { kind: string; name: string }, kind: string): Promise<string> {
    const admin = server.adminClient;
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name, ...(kind === 'RoleBinding' ? { namespace } : {}) },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    return mintToken(admin, { namespace, name });
  }

  async function call(method: string, path: string, body?: object, token = operator) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(new URL(path, bed.local.frontDoorUrl), init);
    return { status: answer.status, body: (await answer.json()) as UsageReport };
  }

  async function untilMeasured(after: string | null): Promise<UsageReport> {
    return waitUntil('it is measured', async () => {
      const { body } = await call('GET', '/v1/b2');
      if (body.failure !== null) throw new Error(JSON.stringify(body.failure));
      return body.measured_at !== null && body.measured_at !== after && body;
    });
  }

  async function expectTheFolder({ totals }: UsageReport): Promise<void> {
    const files = await folderVersions(bed.local.targetFolder);
    expect(totals).toMatchObject({
      current_objects: files.length,
      current_bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    });
  }

  it('is measured in a request, and reported to callers with the right', async () => {
    await call('POST', '/v1/backup', { namespace, pvc: 'notes' });
    await bed.waitForEnd('the backup', isAbout({ namespace, name: 'notes' }));
    expect((await call('POST', '/v1/b2/measure')).status).toBe(202);
    const report = await untilMeasured(null);
    await expectTheFolder(report);
    expect(report.claims).toMatchObject([{ namespace, pvc: 'notes', backups: 1 }]);
    expect((await call('GET', '/v1/b2', undefined, teamMember)).status).toBe(403);
    expect((await call('GET', '/v1/b2?refresh=true&namespace=sample', undefined, teamMember)).status).toBe(403);
    expect((await call('POST', '/v1/b2/measure', undefined, teamMember)).status).toBe(403);
    const own = await call('GET', `/v1/b2?namespace=${namespace}`, undefined, teamMember);
    expect(own).toMatchObject({ status: 200, body: { totals: null, claims: [{ pvc: 'notes' }] } });
  });

  it('is measured by a Job with its own account when that takes long', async () => {
    const before = (await call('GET', '/v1/b2')).body.measured_at;
    const config = '/api/v1/namespaces/soteria/configmaps/soteria-config';
    const found = await server.adminClient.must<{ data: object }>('GET', config);
    await server.adminClient.must('PUT', config, {
      ...found,
      data: { ...found.data, SOTERIA_B2_JOB_AFTER_SECONDS: '0' },
    });
    // Settings are read at the start of a process: this one has to sleep first.
    const times = (kind: 'woke' | 'slept') =>
      bed.activities.filter((one) => one.kind === kind && one.service === 'b2-usage').length;
    await waitUntil('the function sleeps', () => Promise.resolve(times('woke') === times('slept')));
    expect((await call('POST', '/v1/b2/measure')).status).toBe(202);
    await waitUntil('a Job is at it', async () => {
      const { items } = await server.adminClient.must<{ items: object[] }>('GET', jobsPath);
      return items.length > 0;
    });
    await expectTheFolder(await untilMeasured(before));
    await waitUntil('the Job is gone', async () => {
      const { items } = await server.adminClient.must<{ items: object[] }>('GET', jobsPath);
      return items.length === 0;
    });
  });

  it('may make no other Job than the listing Job', async () => {
    const user = 'system:serviceaccount:soteria:b2-usage';
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:soteria', 'system:authenticated'];
    const { url, caPem, adminToken } = server;
    const usage = createAdminClient({ url, caPem, token: adminToken, impersonate: { user, groups } });
    const draft = listingJob({ namespace: 'soteria', measurement: 'm', name: 'soteria-usage-x-1', image: 'ours' });
    const spec = draft.spec?.template.spec;
    const [container] = spec?.containers ?? [];
    const asUsage = async (more: object, ofContainer: object = {}): Promise<number> => {
      const pod = { ...spec, containers: [{ ...container, ...ofContainer }], ...more };
      const job = { ...draft, spec: { ...draft.spec, template: { ...draft.spec?.template, spec: pod } } };
      return (await usage.call('POST', `${jobsPath}?dryRun=All&fieldValidation=Strict`, job)).status;
    };
    expect(await asUsage({})).toBe(201);
    expect(await asUsage({ serviceAccountName: 'restore' })).toBe(403);
    expect(await asUsage({ serviceAccountName: undefined })).toBe(403);
    expect(await asUsage({ volumes: [{ name: 'v', secret: { secretName: 'soteria-signing' } }] })).toBe(403);
    expect(await asUsage({ initContainers: [{ ...container, name: 'before' }] })).toBe(403);
    expect(await asUsage({ containers: [container, { ...container, name: 'more' }] })).toBe(403);
    expect(await asUsage({}, { command: ['/nodejs/bin/node'] })).toBe(403);
    expect(await asUsage({}, { args: ['restore.cjs'] })).toBe(403);
    expect(await asUsage({}, { envFrom: [{ secretRef: { name: 'soteria-signing' } }] })).toBe(403);
    const secretKeyRef = { name: 'soteria-signing', key: 'SOTERIA_SIGNING_SECRET' };
    expect(await asUsage({}, { env: [{ name: 'A', valueFrom: { secretKeyRef } }] })).toBe(403);
    usage.close();
  });
});
