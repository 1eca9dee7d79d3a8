/** The function `notify` on a real API server, with no more rights than the manifests grant; who may ask what is open is asked of Kubernetes. */
import { createCoverageStore } from '@soteria/shared/coverage/coverage-store.ts';
import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import { secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSourceName } from '../../functions/notify/look/open-source.ts';
import { startReceiver, type Receiver } from '../../functions/notify/testing/receiver.ts';
import { type LocalBed, startLocalBed } from '../e2e/local-bed.ts';
import { contentModes, post } from '../e2e/send-event.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithReferenceCrds } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const namespace = 'notified';

describeWithReferenceCrds('notifications on a real API server', () => {
  let server: ApiServer;
  let bed: LocalBed;
  let phone: Receiver;
  let member = '';

  beforeAll(async () => {
    phone = await startReceiver();
    server = await startApiServer({ isAuditKept: true });
    const admin = server.adminClient;
    await installCrds(admin, [...readReferenceCrds(), ...readOwnCrds()]);
    bed = await startLocalBed({ kubeconfig: server.kubeconfigPath });
    await bed.makeClaims([{ namespace, name: 'data' }]);
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'member', namespace } });
    await admin.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'member', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'soteria-operations-view' },
      subjects: [{ kind: 'ServiceAccount', name: 'member', namespace }],
    });
    member = await mintToken(admin, { namespace, name: 'member' });
    const config = JSON.stringify({ channels: [{ name: 'phone', type: 'webhook', url: phone.url, format: 'json' }] });
    await bed.local.cluster.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'soteria', name: 'soteria-notify' },
      data: { 'config.yaml': Buffer.from(config).toString('base64') },
    });
  });
  afterAll(async () => {
    await bed.stop();
    await server.stop();
    await phone.close();
  });

  const titles = (): string[] => phone.received.map(({ body }) => (JSON.parse(body) as { title: string }).title);

  async function ping(source: string): Promise<void> {
    const type = 'dev.knative.sources.ping';
    const event = { type, source: `/apis/v1/namespaces/soteria/pingsources/${source}`, time: new Date(), data: {} };
    expect(await post(bed.local.brokerUrl, contentModes.binary(event))).toBe(202);
  }

  const call = (path: string, token: string, body?: object): Promise<Response> =>
    fetch(new URL(path, bed.local.frontDoorUrl), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** What an evaluation stores. */
  async function setCoverage(record: CoverageRecord): Promise<void> {
    const coverage = createCoverageStore(bed.local.cluster.client, 'soteria');
    const records = new Map([[namespace, new Map([['data', record]])]]);
    await coverage.write(await coverage.read(), { records, newestAt: () => undefined });
  }

  it('say a missed objective once, and once that it is met', async () => {
    await setCoverage({ code: 'last_attempt_failed', missedSince: new Date(Date.now() - 3_600_000).toISOString() });
    await ping('notify');
    await waitUntil('somebody is notified', () => titles().length > 0);
    // It finds its own PingSource there.
    await ping('notify-open');
    await setCoverage({ code: 'fresh' });
    await ping('notify-open');
    await waitUntil('somebody is notified that it is over', () => titles().length > 1);
    await waitUntil(
      'nothing wakes it any more',
      async () =>
        (await bed.local.cluster.client.get(pingSources, { namespace: 'soteria', name: openSourceName })) === undefined,
    );
    expect(titles()).toEqual([expect.stringContaining('no restore point as fresh'), expect.stringContaining('Over: ')]);
  });

  it('are shown and tested by callers with the right', async () => {
    expect((await call('/v1/notify', member)).status).toBe(403);
    expect((await call('/v1/notify/test', member, { channel: 'phone' })).status).toBe(403);
    const state = await call('/v1/notify', server.adminToken);
    expect([state.status, await state.json()]).toMatchObject([200, { status: 'configured', problems: [] }]);
    const tested = await call('/v1/notify/test', server.adminToken, { channel: 'phone' });
    expect([tested.status, await tested.json()]).toMatchObject([200, { outcome: 'sent' }]);
  });
});
