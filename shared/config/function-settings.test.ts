import { describe, expect, it } from 'vitest';
import { readFunctionSettings } from './function-settings.ts';

const secret = 's'.repeat(32);

describe('the settings every function shares', () => {
  it('have the documented defaults', () => {
    expect(readFunctionSettings({})).toEqual({
      listenAddr: ':8080',
      namespace: 'soteria',
      allowedGroups: [],
      authRequired: true,
      unsignedEvents: 'backup',
      signingSecrets: [],
      clusterId: undefined,
      longhornNamespace: 'longhorn-system',
      slotLimits: { cluster: 10, node: 3, repository: 3 },
      sink: undefined,
      ceOverrides: undefined,
      cluster: {
        kubeconfig: undefined,
        kubernetesServiceHost: undefined,
        kubernetesServicePort: undefined,
        serviceAccountDir: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    });
  });

  it.each([
    [{ PORT: '9000' }, ':9000'],
    [{ PORT: '9000', SOTERIA_LISTEN_ADDR: '127.0.0.1:0' }, '127.0.0.1:0'],
    [{ PORT: '9000', SOTERIA_LISTEN_ADDR: '' }, ':9000'],
    [{ SOTERIA_LISTEN_ADDR: '[::1]:8080' }, '[::1]:8080'],
  ])('listen, with %j, on %s', (env, listenAddr) => {
    expect(readFunctionSettings(env).listenAddr).toBe(listenAddr);
  });

  it('hold the current secret before the previous one', () => {
    const previous = 'p'.repeat(32);
    const env = { SOTERIA_SIGNING_SECRET_PREVIOUS: previous, SOTERIA_SIGNING_SECRET: secret };
    expect(readFunctionSettings(env).signingSecrets).toEqual([secret, previous]);
  });

  it('hold the overrides of the one who bound the sink', () => {
    const env = { K_SINK: 'http://broker/a', K_CE_OVERRIDES: '{"extensions":{"tenant":"a"}}' };
    expect(readFunctionSettings(env)).toMatchObject({ sink: 'http://broker/a', ceOverrides: { tenant: 'a' } });
  });

  it.each([
    { K_CE_OVERRIDES: '{' },
    { K_CE_OVERRIDES: '{"extensions":{"type":"x"}}' },
    { K_CE_OVERRIDES: '{"extensions":{"Upper":"x"}}' },
    { K_CE_OVERRIDES: '{"extensions":{"a":1}}' },
    { K_SINK: 'broker' },
    { K_SINK: 'ftp://broker' },
    { PORT: '65536' },
    { SOTERIA_LISTEN_ADDR: '8080' },
    { SOTERIA_NAMESPACE: 'Upper' },
    { SOTERIA_AUTH_REQUIRED: 'no' },
    { SOTERIA_UNSIGNED_EVENTS: 'restore' },
    { SOTERIA_SIGNING_SECRET: 's'.repeat(31) },
    { SOTERIA_CLUSTER_ID: 'a b' },
  ])('refuse %j by the name of the variable', (env) => {
    expect(() => readFunctionSettings(env)).toThrow(Object.keys(env)[0]);
  });
});
