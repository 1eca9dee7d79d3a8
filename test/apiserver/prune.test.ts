/** A prune on a real API server, with no more rights than the manifests grant to policy-tick: a yes, the deletions, a hold. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { contentModes, post } from '../e2e/send-event.ts';
import { createAdminClient } from '../servers/admin-client.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const claim = { namespace: 'shop', name: 'data' };
const planned = z.object({
  plan: z.string(),
  needs_yes: z.boolean(),
  claims: z.array(z.object({ delete: z.array(z.object({ id: z.string() })), operation: z.string().nullable() })),
});

describeWithControllers('a prune on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let token = '';

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    const admin = server.adminClient;
    await installCrds(admin, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
    await bed.makeClaims([claim]);
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'operator', namespace: 'shop' } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'operator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: 'shop' }],
    });
    token = await mintToken(admin, { namespace: 'shop', name: 'operator' });
    await admin.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'few', namespace: 'soteria', labels: { 'soteria.dev/policies': 'true' } },
      data: { p: "{id: few, claims: [shop/data], schedule: '0 3 1 1 *', retention: {keepLast: 1, breaker: 100}}\n" },
    });
    // Only policy-tick may name the policy of a backup.
    const asPolicyTick = createAdminClient({
      url: server.url,
      caPem: server.caPem,
      token: await mintToken(admin, { namespace: 'soteria', name: 'policy-tick' }),
    });
    for (const at of ['20260101-000001', '20260101-000002', '20260101-000003', '20260101-000004']) {
      const name = `soteria-backup-data-${at}`;
      await asPolicyTick.must('POST', '/apis/soteria.dev/v1alpha1/namespaces/shop/operations', {
        apiVersion: 'soteria.dev/v1alpha1',
        kind: 'Operation',
        metadata: { name },
        spec: { kind: 'Backup', identity: `test/${at}`, request: { pvc: 'data', policy: 'few' } },
      });
      const ended = await bed.waitForEnd(name, ({ metadata }) => metadata.name === name);
      expect(ended.status?.phase, JSON.stringify(ended.status)).toBe('Succeeded');
    }
  }, 240_000);
  afterAll(async () => {
    await bed.stop();
    await server.stop();
  });

  async function call(path: string, body: object): Promise<{ status: number; body: unknown }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(new URL(path, bed.local.frontDoorUrl), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  const source = '/apis/v1/namespaces/soteria/pingsources/sweep';
  const sweep = () =>
    post(bed.local.brokerUrl, contentModes.binary({ type: 'dev.knative.sources.ping', source, data: {} }));
  const isPrune = ({ spec }: Operation): boolean => spec.kind === 'Prune';

  async function endOf(name: string): Promise<Operation> {
    return waitUntil(
      `${name} has ended`,
      async () => {
        const found = (await bed.listOperations('soteria')).find(({ metadata }) => metadata.name === name);
        if (found?.status?.settled === true) return found;
        await sweep();
        return undefined;
      },
      { deadlineMs: 120_000, everyMs: 2_000 },
    );
  }

  it('waits for a confirmation, and deletes the confirmed points except a held point', async () => {
    expect(await sweep()).toBe(202);
    const waiting = await bed.waitForEnd('the first prune', isPrune, 60_000);
    expect(waiting.status).toMatchObject({ phase: 'Skipped', error: { code: 'confirmation_needed' } });
    expect(await bed.listRestorable(claim)).toHaveLength(4);

    const dry = planned.parse((await call('/v1/policies/few/prune', { dry_run: true })).body);
    const [oldest] = dry.claims[0]?.delete ?? [];
    expect(dry.claims[0]?.delete).toHaveLength(3);
    expect((await call('/v1/backups/hold', { namespace: 'shop', point: oldest?.id })).status).toBe(200);
    expect((await call('/v1/policies/few/prune', { confirm: dry.plan })).status).toBe(412);

    const { plan } = planned.parse((await call('/v1/policies/few/prune', { dry_run: true })).body);
    const yes = await call('/v1/policies/few/prune', { confirm: plan });
    expect(yes.status, JSON.stringify(yes.body)).toBe(202);
    const ended = await endOf(planned.parse(yes.body).claims[0]?.operation ?? '');
    expect(ended.status, JSON.stringify(ended.status)).toMatchObject({
      phase: 'Succeeded',
      result: { confirmed: true },
    });
    const left = (await bed.listRestorable(claim)).map(({ name }) => `longhorn:default/${name}`);
    expect(left).toHaveLength(2);
    expect(left).toContain(oldest?.id);
  }, 240_000);

  it('is requested by the tick once the policy has pruned, and deletes the released point', async () => {
    const dry = planned.parse((await call('/v1/policies/few/prune', { dry_run: true })).body);
    expect(dry).toMatchObject({ needs_yes: false, claims: [] });
    const [held] = (await bed.listRestorable(claim)).toSorted((a, b) => a.name.localeCompare(b.name));
    const point = `longhorn:default/${held?.name ?? ''}`;
    expect((await call('/v1/backups/release', { namespace: 'shop', point })).status).toBe(200);
    const before = new Set((await bed.listOperations('soteria')).map(({ metadata }) => metadata.name));
    await sweep();
    const asked = await waitUntil('the tick has asked', async () =>
      (await bed.listOperations('soteria')).find((one) => isPrune(one) && !before.has(one.metadata.name)),
    );
    expect((await endOf(asked.metadata.name)).status?.phase).toBe('Succeeded');
    expect(await bed.listRestorable(claim)).toHaveLength(1);
  }, 240_000);

  it('can be requested with kubectl, and keeps everything when nothing expires', async () => {
    const name = 'soteria-prune-data-by-hand';
    await server.adminClient.must('POST', '/apis/soteria.dev/v1alpha1/namespaces/soteria/operations', {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { name },
      spec: { kind: 'Prune', request: { namespace: 'shop', pvc: 'data', policy: 'few' } },
    });
    const ended = await endOf(name);
    expect(ended.status, JSON.stringify(ended.status)).toMatchObject({ phase: 'Succeeded', result: { keptCount: 1 } });
  });
});
