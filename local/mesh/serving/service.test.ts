import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { describe, expect, it } from 'vitest';
import type { MeshOptions } from '../start-mesh.ts';
import { broker, eventually, namespace, service, startFixture } from '../testing/mesh-fixture.ts';
import { knativeServices } from '../manifest/knative-types.ts';

async function start(objects: readonly JsonObject[], options: Partial<MeshOptions> = {}) {
  const fixture = await startFixture(objects, options);
  const ask = (path = '/', init?: RequestInit) =>
    fetch(`${fixture.mesh.serviceUrl(namespace, 'probe') ?? ''}${path}`, init);
  return { ...fixture, ask };
}

describe('a Service', () => {
  it('goes to sleep when idle, on SIGTERM, and wakes again', async () => {
    const { ask, all } = await start([service('probe', { scale: { window: '6s' } })], { pace: { sleep: 600 } });
    await ask();
    await eventually(() => expect(all('slept')).toHaveLength(1));
    await ask();
    expect(all('woke')).toHaveLength(2);
    expect(all('crashed')).toEqual([]);
  });

  it('does not sleep while it works', async () => {
    const { ask, all } = await start([service('probe', { scale: { window: '6s' } })], { pace: { sleep: 1000 } });
    expect((await ask('/?answer=slow.600')).status).toBe(204);
    expect(all('slept')).toEqual([]);
  });

  it('with a minimum scale is awake from the start and stays so', async () => {
    const { all } = await start([service('probe', { scale: { 'min-scale': '1' } })], { pace: { sleep: 1e6 } });
    await eventually(() => expect(all('woke')).toHaveLength(1));
    expect(all('slept')).toEqual([]);
  });

  it('gets the environment its manifest declares, with loopback addresses, and nothing of our environment', async () => {
    const container = {
      args: ['backup'],
      envFrom: [{ configMapRef: { name: 'settings' } }],
      env: [
        { name: 'K_SINK', value: 'http://broker-ingress.knative-eventing.svc.cluster.local/soteria/default' },
        { name: 'SELF', value: 'http://probe.soteria.svc.cluster.local/v1' },
      ],
    };
    const settings = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace },
      data: { A: '1' },
    };
    const { ask, received, mesh } = await start([settings, service('probe', { container }), broker()]);
    await ask();
    const env = (await received('probe', 1))[0]?.env ?? {};
    expect(env).toEqual({
      A: '1',
      FROM_OUTSIDE: 'yes',
      K_SERVICE: 'probe',
      K_CONFIGURATION: 'probe',
      K_REVISION: 'probe-00001',
      K_SINK: mesh.brokerUrl(namespace, 'default'),
      SELF: `${mesh.serviceUrl(namespace, 'probe') ?? ''}/v1`,
      PORT: expect.stringMatching(/^\d+$/),
      SOTERIA_LISTEN_ADDR: `127.0.0.1:${env['PORT']}`,
    });
  });

  it('says which ConfigMap is missing and answers 503', async () => {
    const container = { envFrom: [{ configMapRef: { name: 'absent' } }] };
    const { ask, all } = await start([service('probe', { container })]);
    expect((await ask()).status).toBe(503);
    expect(
      all('warning')
        .map((one) => one.message)
        .join(),
    ).toContain('ConfigMap soteria/absent');
  });

  it('that crashes is reported with exit code and last line, and comes back with the next request', async () => {
    const { ask, all } = await start([service('probe')]);
    expect((await ask('/?answer=crash')).status).toBe(502);
    await eventually(() => expect(all('crashed')).toHaveLength(1));
    expect(all('crashed')).toEqual([
      { kind: 'crashed', service: 'probe', exitCode: 7, signal: undefined, lastErrorLine: 'out of luck' },
    ]);
    expect((await ask()).status).toBe(204);
  });

  it('that cannot start answers 503 and says why', async () => {
    const container = { env: [{ name: 'PROBE_START', value: 'crash' }] };
    const { ask, all } = await start([service('probe', { container })]);
    expect((await ask()).status).toBe(503);
    expect(all('crashed')).toMatchObject([{ exitCode: 3, lastErrorLine: 'cannot start: no settings' }]);
  });

  it('closes the connection to the function when the caller hangs up', async () => {
    const { ask, all, requests } = await start([service('probe')]);
    const hangUp = new AbortController();
    const asked = ask('/?answer=hang', { signal: hangUp.signal });
    await eventually(() => expect(requests('probe')).toHaveLength(1));
    hangUp.abort();
    await expect(asked).rejects.toThrow('aborted');
    await eventually(() => expect(all('log').map((log) => log.line)).toContain('{"closed":true}'));
  });

  it('with a changed manifest gets a new process of the next revision', async () => {
    const { ask, all, cluster, received } = await start([service('probe')]);
    await ask();
    const spec = { template: { spec: { containers: [{ image: 'probe', env: [{ name: 'NEW', value: '1' }] }] } } };
    await cluster.client.patch(knativeServices, { namespace, name: 'probe' }, { spec });
    await eventually(() => expect(all('slept')).toHaveLength(1));
    await ask();
    const [before, after] = await received('probe', 2);
    expect(before?.env['NEW']).toBeUndefined();
    expect(after?.env).toMatchObject({ NEW: '1', K_REVISION: 'probe-00002' });
  });
});
