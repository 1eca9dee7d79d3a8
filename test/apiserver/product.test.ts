/**
 * The whole product on a real API server of its own, with Longhorn's and Knative's own CRDs: the same functions as in the image, each with
 * the token of its own ServiceAccount and no more rights than the manifests grant.
 */
import { join } from 'node:path';
import { runDemo } from '@soteria/local/demo/run-demo.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backUpAllAtOnce } from '../e2e/claims-alike.ts';
import { isAbout, type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { repositoryDir } from '../manifests/installation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { contentModes, post } from '../e2e/send-event.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { writeKubeconfig } from '../servers/credentials.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { findKubectl, kubectlFix, kubectlFor, type Kubectl } from '../store/kubectl.ts';

const binary = findKubectl();
if (binary === undefined)
  console.warn(`SKIPPED: kubectl against the product on a real API server did not run: ${kubectlFix}`);

const namespace = 'sample';
const team = `system:serviceaccount:${namespace}:team`;
const notes = { namespace, name: 'notes' };
const rbac = 'rbac.authorization.k8s.io';

function operation(spec: object): string {
  return JSON.stringify({
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { generateName: 'soteria-backup-notes-', namespace },
    spec: { kind: 'Backup', request: { pvc: 'notes' }, ...spec },
  });
}

describeWithControllers('the product on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let teamToken = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath, hasSample: true });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount' };
    for (const name of ['team', 'outsider']) {
      await server.adminClient.apply({ ...account, metadata: { name, namespace } });
    }
    // The role that the controller-manager's aggregation would add to `edit`: bound by itself, it is the team's only right.
    for (const name of ['soteria-operations-edit', 'soteria-operations-view']) {
      await server.adminClient.apply({
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: { name, namespace },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name: 'team', namespace }],
      });
    }
    teamToken = await mintToken(server.adminClient, { namespace, name: 'team' });
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  function kubectlOfTeam(): Kubectl {
    const path = join(bed.dataDir, 'team-kubeconfig');
    writeKubeconfig(path, { url: server.url, caPem: server.caPem, token: teamToken });
    return kubectlFor(binary ?? '', path, bed.dataDir);
  }

  function ask(token: string | undefined, pvc: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const body = JSON.stringify({ namespace, pvc });
    return fetch(`${bed.local.frontDoorUrl}/v1/backup`, { method: 'POST', headers, body });
  }

  const listNames = async () => (await bed.listOperations()).map(({ metadata }) => metadata.name);

  it('does the main job: a backup, an increment, and the bytes are equal', async () => {
    const { ok, steps } = await runDemo({
      local: bed.local,
      claim: 'photos',
      timeoutMs: 60_000,
      onStep: () => undefined,
    });
    expect(ok, JSON.stringify(steps)).toBe(true);
    expect(steps.slice(0, 3).map(({ name }) => name)).toEqual([
      'backup.first',
      'backup.incremental',
      'backup.bytes_equal',
    ]);
    const recorded = (await bed.listOperations(namespace)).filter(({ spec }) => spec.kind === 'Backup');
    expect(recorded.map(({ spec }) => spec.requestedBy)).toEqual([
      { user: 'soteria-demo', via: 'event' },
      { user: 'soteria-demo', via: 'event' },
    ]);
  });

  it.skipIf(binary === undefined)('is requested with kubectl by a user with only the self-service role', async () => {
    const kubectl = kubectlOfTeam();
    const created = await kubectl.run(['create', '-f', join(repositoryDir, 'examples/backup.yaml'), '-o', 'name']);
    expect(created.stderr).toBe('');
    const name = created.stdout.trim();
    const waited = await kubectl.run(['wait', '--for=condition=Succeeded', name, '-n', namespace, '--timeout=25s']);
    expect(waited.stdout + waited.stderr).toContain('condition met');
    const shown = await kubectl.run(['get', 'operations', '-n', namespace]);
    expect(shown.stdout).toMatch(new RegExp(`${name.split('/')[1]} +Backup +notes +Succeeded +100 `));
    const ended = await bed.waitForEnd('the backup of notes', isAbout(notes));
    expect(ended.spec.requestedBy).toBeUndefined();
    expect(await bed.compareWithClaim(ended)).toEqual([]);
    expect(await bed.listRestorable(notes)).toHaveLength(1);

    const foreign = await kubectl.run(['get', 'secrets,pvc', '-n', namespace]);
    expect(foreign.stderr).toContain('Forbidden');
  });

  it.skipIf(binary === undefined)('takes who asked from kubectl only when it is true', async () => {
    const kubectl = kubectlOfTeam();
    const create = (spec: object) => kubectl.run(['create', '-f', '-', '-o', 'name'], operation(spec));
    const before = await listNames();
    const forged = await create({ requestedBy: { user: 'alice', via: 'kubectl' } });
    expect(forged.stderr).toContain(`spec.requestedBy must be {user: ${team}, via: kubectl}`);
    const foreign = await create({ request: { pvc: 'coredns', namespace: 'kube-system' } });
    expect(foreign.stderr).toContain('a Backup lives in the namespace of its claim');
    expect(await listNames()).toEqual(before);

    const honest = await create({ requestedBy: { user: team, via: 'kubectl' } });
    expect(honest.stderr).toBe('');
    const name = honest.stdout.trim().split('/')[1];
    const ended = await bed.waitForEnd('the honest one', ({ metadata }) => metadata.name === name);
    expect(ended.status?.phase).toBe('Succeeded');
    expect(ended.spec.requestedBy).toEqual({ user: team, via: 'kubectl' });
  });

  it('is requested by HTTP only with a token that has the right', async () => {
    const before = await listNames();
    const outsider = await mintToken(server.adminClient, { namespace, name: 'outsider' });
    const refused = await ask(outsider, 'notes');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'forbidden',
      what: `system:serviceaccount:${namespace}:outsider may not create operations.soteria.dev in namespace ${namespace}`,
    });
    for (const token of [undefined, 'not-a-token']) {
      const unknown = await ask(token, 'notes');
      expect(unknown.status).toBe(401);
      expect(await unknown.json()).toMatchObject({ code: 'unauthenticated' });
    }
    expect(await listNames()).toEqual(before);

    const taken = await ask(teamToken, 'notes');
    expect(taken.status).toBe(202);
    const location = taken.headers.get('location') ?? '';
    const headers = { authorization: `Bearer ${teamToken}` };
    const told = await waitUntil('the backup has ended', async () => {
      const answer = await fetch(new URL(location, bed.local.frontDoorUrl), { headers });
      const view = (await answer.json()) as { phase: string };
      return view.phase === 'Succeeded' && view;
    });
    expect(told).toMatchObject({ requested_by: team, requested_via: 'http' });
    const list = (query: string) => fetch(`${bed.local.frontDoorUrl}/v1/backups${query}`, { headers });
    expect((await list(`?namespace=${namespace}&pvc=notes`)).status).toBe(200);
    expect((await list('')).status).toBe(403);
  });

  it('makes as many backups as claims, however alike their names, in one and the same second', () =>
    backUpAllAtOnce(bed));

  it('is backed up and proved by a policy from Git when due, with the rights of policy-tick', async () => {
    await server.adminClient.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'policies', namespace: 'soteria', labels: { 'soteria.dev/policies': 'true' } },
      data: {
        'each-minute.yaml':
          "{id: each-minute, claims: [sample/notes], schedule: '* * * * *', verify: {every: 90s, schedule: '* * * * *'}}\n",
      },
    });
    const source = '/apis/v1/namespaces/soteria/pingsources/sweep';
    const sweep = contentModes.binary({ type: 'dev.knative.sources.ping', source, data: {} });
    expect(await post(bed.local.brokerUrl, sweep)).toBe(202);
    const isOfPolicy =
      (kind: string) =>
      ({ spec }: Operation) =>
        spec.request.policy === 'each-minute' && spec.kind === kind;
    const ended = await bed.waitForEnd('the backup of the policy', isOfPolicy('Backup'), 100_000);
    expect(ended.status?.phase).toBe('Succeeded');
    const proved = await bed.waitForEnd('the restore test of the policy', isOfPolicy('RestoreTest'), 150_000);
    expect(proved.status, JSON.stringify(proved.status)).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { outcome: 'verified' } },
    });
    await server.adminClient.must('DELETE', '/api/v1/namespaces/soteria/configmaps/policies');
  }, 300_000);

  it('never lacked a right, and no function died', () => {
    const lines = bed.activities.flatMap((one) => (one.kind === 'log' ? [one.line] : []));
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => line.includes('cluster_forbidden'))).toEqual([]);
    expect(bed.activities.filter(({ kind }) => kind === 'crashed' || kind === 'lost')).toEqual([]);
  });

  it('loses no backup and no claim with its Operations, their definition and its own namespace', async () => {
    await bed.local.stop();
    const admin = server.adminClient;
    const count = async (path: string) => (await admin.must<{ items: unknown[] }>('GET', path)).items.length;
    const longhornPath = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system';
    const kept = [`${longhornPath}/backups`, `${longhornPath}/snapshots`, `${longhornPath}/volumes`];
    const paths = [...kept, '/api/v1/persistentvolumeclaims', '/api/v1/persistentvolumes'];
    const before = await Promise.all(paths.map(count));
    expect(Math.min(...before)).toBeGreaterThan(5);

    // An object owned by an Operation: when it is gone, the garbage collector has processed the Operations.
    const [owner] = await bed.listOperations(namespace);
    const { name, uid } = owner?.metadata ?? {};
    const ownerReferences = [{ apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', name, uid }];
    await admin.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', namespace, ownerReferences } });
    for (const inNamespace of new Set((await bed.listOperations()).map(({ metadata }) => metadata.namespace))) {
      await admin.must('DELETE', `/apis/soteria.dev/v1alpha1/namespaces/${inNamespace}/operations`);
    }
    const isGone = async (path: string) => (await admin.call('GET', path)).status === 404;
    await waitUntil('the garbage collector has been here', () =>
      isGone(`/api/v1/namespaces/${namespace}/configmaps/owned`),
    );
    // Knative's controller would remove its finalizers; the local mesh, which does so here, has been stopped.
    const sources = '/apis/sources.knative.dev/v1/namespaces/soteria/pingsources';
    const { items } = await admin.must<{ items: { metadata: { name: string } }[] }>('GET', sources);
    for (const { metadata } of items) {
      const path = `${sources}/${metadata.name}`;
      await admin.must('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    }
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/operations.soteria.dev';
    for (const path of [definition, '/api/v1/namespaces/soteria']) {
      await admin.must('DELETE', path);
      await waitUntil(`${path} is gone`, () => isGone(path));
    }
    expect(await Promise.all(paths.map(count))).toEqual(before);
  });
});
