import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import {
  broker,
  brokerRef,
  createCluster,
  eventually,
  namespace,
  service,
  serviceRef,
  startFixture,
  trigger,
} from './testing/mesh-fixture.ts';
import { brokers, knativeServices, pingSources } from './manifest/knative-types.ts';

describe('the mesh', () => {
  it('refuses to start on manifests it cannot honour, and names them all', async () => {
    const objects = [
      broker(),
      trigger('one', 'made', { filters: [{ cesql: 'TRUE' }] }),
      trigger('two', 'made', { delivery: { retryAfterMax: 'PT1S' } }),
    ];
    await expect(startFixture(objects)).rejects.toMatchObject({
      code: 'invalid_request',
      explanation: { why: expect.stringMatching(/soteria\/one.*cesql.*soteria\/two.*retryAfterMax/) },
    });
  });

  it('refuses a watched kind it has no path for', async () => {
    const source = {
      apiVersion: 'sources.knative.dev/v1',
      kind: 'ApiServerSource',
      metadata: { name: 'watch', namespace },
      spec: { resources: [{ apiVersion: 'v1', kind: 'Pod' }], sink: brokerRef },
    };
    await expect(startFixture([broker(), source])).rejects.toMatchObject({
      explanation: { what: expect.stringContaining('ApiServerSource soteria/watch') },
    });
  });

  it('writes addresses and readiness into the status of what it runs', async () => {
    const { cluster, mesh } = await startFixture([service('probe'), broker()]);
    const found = await cluster.client.get(brokers, { namespace, name: 'default' });
    expect(found?.['status']).toMatchObject({
      address: { url: mesh.brokerUrl(namespace, 'default') },
      conditions: [{ type: 'Ready', status: 'True' }],
    });
    const probe = await cluster.client.get(knativeServices, { namespace, name: 'probe' });
    expect(probe?.['status']).toMatchObject({ url: 'http://probe.soteria.svc.cluster.local' });
  });

  it('warns of a manifest that is refused while it runs, and continues', async () => {
    const { cluster, all, publish, requests } = await startFixture([
      service('probe'),
      broker(),
      trigger('good', 'made'),
    ]);
    cluster.seed(trigger('bad', 'made', { filters: [{ cesql: 'TRUE' }] }));
    await eventually(() =>
      expect(
        all('warning')
          .map((one) => one.message)
          .join(),
      ).toContain('cesql'),
    );
    await publish();
    await eventually(() => expect(requests('probe')).toHaveLength(1));
  });

  it('starts and ends Services, Brokers and Triggers as their objects come and go', async () => {
    const { cluster, mesh, publish, requests } = await startFixture([broker()]);
    expect(mesh.serviceUrl(namespace, 'probe')).toBeUndefined();
    cluster.seed(service('probe'), trigger('late', 'made'));
    await eventually(() => expect(mesh.serviceUrl(namespace, 'probe')).toBeTypeOf('string'));
    await eventually(async () => {
      await publish();
      expect(requests('probe').length).toBeGreaterThan(0);
    });
    const url = mesh.serviceUrl(namespace, 'probe') ?? '';
    await cluster.client.delete(knativeServices, { namespace, name: 'probe' });
    await cluster.client.delete(brokers, { namespace, name: 'default' });
    await eventually(() => expect(mesh.serviceUrl(namespace, 'probe')).toBeUndefined());
    await eventually(() => expect(mesh.brokerUrl(namespace, 'default')).toBeUndefined());
    await expect(fetch(url)).rejects.toThrow();
  });

  it('fails to start when the API server does not know Knative’s kinds', async () => {
    const bare = createMemoryCluster({ namespaces: [namespace] });
    await expect(startFixture([], {}, bare)).rejects.toThrow(/services\.serving\.knative\.dev/);
  });

  it('leaves no function process behind', async () => {
    const { mesh, publish, received } = await startFixture([service('probe'), broker(), trigger('t', 'made')]);
    await publish();
    const pid = (await received('probe', 1))[0]?.pid ?? 0;
    expect(process.kill(pid, 0)).toBe(true);
    await mesh.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('sends pings through a broker to a function that slept', async () => {
    const ping = {
      apiVersion: 'sources.knative.dev/v1',
      kind: 'PingSource',
      metadata: { name: 'tick', namespace },
      spec: { schedule: '* * * * * *', contentType: 'application/json', data: '{"a":1}', sink: brokerRef },
    };
    const cluster = createCluster();
    const { requests, all } = await startFixture(
      [
        service('probe'),
        broker(),
        trigger('t', 'dev.knative.sources.ping', { subscriber: serviceRef('probe', '/tick') }),
      ],
      {},
      cluster,
    );
    cluster.seed(ping);
    await eventually(() => expect(requests('probe').length).toBeGreaterThan(0));
    expect(requests('probe')[0]).toMatchObject({
      path: '/tick',
      body: '{"a":1}',
      headers: { 'ce-source': '/apis/v1/namespaces/soteria/pingsources/tick', 'kn-namespace': 'soteria' },
    });
    await cluster.client.delete(pingSources, { namespace, name: 'tick' });
    await eventually(() => expect(all('pinged').length).toBe(all('event').length));
    expect(all('pinged')[0]).toMatchObject({ status: 202, pingSource: 'tick' });
  });
});
