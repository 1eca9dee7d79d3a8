import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import { resolveEnv } from './resolve-env.ts';

function createClient() {
  const cluster = createMemoryCluster();
  cluster.seed(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'soteria' },
      data: { A: '1', B: '2' },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'soteria' },
      data: { KEY: Buffer.from('s3cret').toString('base64') },
    },
  );
  return cluster.client;
}

describe('the environment of a function', () => {
  it('joins references and literals; what comes later wins', async () => {
    const env = await resolveEnv(createClient(), 'soteria', {
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'X_', secretRef: { name: 'keys' } }],
      env: [
        { name: 'B', value: 'own' },
        { name: 'C', value: '$(A)-$(UNKNOWN)-$$(A)' },
        { name: 'D', valueFrom: { configMapKeyRef: { name: 'settings', key: 'B' } } },
        { name: 'E', valueFrom: { secretKeyRef: { name: 'keys', key: 'KEY' } } },
        { name: 'F', valueFrom: { secretKeyRef: { name: 'absent', key: 'KEY', optional: true } } },
      ],
    });
    expect(env).toEqual({ A: '1', B: 'own', X_KEY: 's3cret', C: '1-$(UNKNOWN)-$(A)', D: '2', E: 's3cret' });
  });

  it.each([
    ['a ConfigMap', { envFrom: [{ configMapRef: { name: 'absent' } }], env: [] }, 'ConfigMap soteria/absent'],
    ['a Secret', { envFrom: [{ secretRef: { name: 'absent' } }], env: [] }, 'Secret soteria/absent'],
    [
      'a key',
      { envFrom: [], env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'none' } } }] },
      'Secret soteria/keys, key none',
    ],
  ])('names %s that is missing', async (_title, part, named) => {
    await expect(resolveEnv(createClient(), 'soteria', part)).rejects.toMatchObject({
      code: 'unprocessable',
      explanation: { why: expect.stringContaining(named) },
    });
  });

  it('does without optional references', async () => {
    const env = resolveEnv(createClient(), 'soteria', {
      envFrom: [{ configMapRef: { name: 'absent', optional: true } }],
      env: [],
    });
    await expect(env).resolves.toEqual({});
  });
});
