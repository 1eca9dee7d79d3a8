import { describe, expect, it } from 'vitest';
import { operations, type Operation } from '../operation/record/schema.ts';
import { configMaps, nodes } from './core-types.ts';
import { createHttpClient } from './http-client.ts';
import {
  answer,
  configMap,
  fakeTime,
  refuse,
  startScriptedServer,
  type Step,
} from '../fakes/kubernetes/scripted-server.ts';

const ref = { name: 'a', namespace: 'shop' };
const draft = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...ref }, data: { color: 'red' } };
const found = answer(200, configMap('a'));

async function clientOf(...steps: readonly Step[]) {
  const server = await startScriptedServer(...steps);
  return { server, client: createHttpClient({ server: server.url }, fakeTime().options) };
}

describe('the connection of the HTTP client', () => {
  it('is one for calls that follow each other, whatever they are answered', async () => {
    const page = { metadata: {}, items: [] };
    const { server, client } = await clientOf(
      found,
      refuse(404, 'NotFound', { name: 'a', kind: 'configmaps' }),
      answer(200, page),
      refuse(409, 'Conflict'),
      answer(200, {}),
      found,
    );
    await client.get(configMaps, ref);
    await client.get(configMaps, ref);
    await client.list(configMaps);
    const stale = client.replace(configMaps, { ...configMap('a'), data: {} });
    await expect(stale).rejects.toMatchObject({ code: 'cluster_conflict' });
    await client.delete(configMaps, ref);
    await client.get(configMaps, ref);
    expect(server.requests).toHaveLength(6);
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
  });
});

describe('what the HTTP client answers', () => {
  it('leaves out who wrote which field last', async () => {
    const whole = {
      ...configMap('a'),
      metadata: { ...configMap('a').metadata, managedFields: [{ manager: 'kubectl' }] },
    };
    const { client } = await clientOf(answer(200, whole), answer(200, { metadata: {}, items: [whole] }));
    expect(await client.get(configMaps, ref)).not.toHaveProperty('metadata.managedFields');
    expect((await client.list(configMaps)).items[0]).not.toHaveProperty('metadata.managedFields');
  });
});

describe('the requests of the HTTP client', () => {
  it('say who asks, and for JSON', async () => {
    const server = await startScriptedServer(found);
    const connection = { server: server.url, token: () => Promise.resolve('t1'), impersonateUser: 'alice' };
    await createHttpClient(connection, { userAgent: 'soteria/test' }).get(configMaps, ref);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/namespaces/shop/configmaps/a',
      query: {},
      headers: {
        accept: 'application/json',
        authorization: 'Bearer t1',
        'impersonate-user': 'alice',
        'user-agent': 'soteria/test',
      },
    });
  });

  it('keep the path of the server address as a prefix', async () => {
    const server = await startScriptedServer(found);
    await createHttpClient({ server: new URL('/k8s/clusters/c1/', server.url) }).get(configMaps, ref);
    expect(server.requests[0]?.path).toBe('/k8s/clusters/c1/api/v1/namespaces/shop/configmaps/a');
  });

  it('carry selectors and paging of a list', async () => {
    const page = { metadata: { resourceVersion: '9', continue: 'next' }, items: [] };
    const { server, client } = await clientOf(answer(200, page));
    const query = { labelSelector: 'a=b', fieldSelector: 'metadata.name=c', limit: 2, continueToken: 'here' };
    expect(await client.list(nodes, query)).toEqual({ items: [], resourceVersion: '9', continueToken: 'next' });
    expect(server.requests[0]).toMatchObject({
      path: '/api/v1/nodes',
      query: { labelSelector: 'a=b', fieldSelector: 'metadata.name=c', limit: '2', continue: 'here' },
    });
  });

  it('are validated strictly and, on demand, dry', async () => {
    const { server, client } = await clientOf(found, found, found, found, found);
    await client.create(configMaps, draft, { isDryRun: true });
    const whole = { ...configMap('a'), data: { color: 'red' } };
    await client.replace(configMaps, whole, { isDryRun: true });
    await client.replace(configMaps, whole, { subresource: 'status' });
    await client.patch(configMaps, ref, { data: { color: null } }, { subresource: 'status' });
    await client.delete(configMaps, ref, {
      uid: 'u',
      resourceVersion: '3',
      propagationPolicy: 'Foreground',
      isDryRun: true,
    });

    const [created, replaced, status, patched, deleted] = server.requests;
    expect(created).toMatchObject({ method: 'POST', path: '/api/v1/namespaces/shop/configmaps' });
    expect(created?.query).toEqual({ fieldValidation: 'Strict', dryRun: 'All' });
    expect(JSON.parse(created?.body ?? '')).toEqual(draft);
    expect(replaced).toMatchObject({ method: 'PUT', query: { fieldValidation: 'Strict', dryRun: 'All' } });
    expect(status).toMatchObject({ path: '/api/v1/namespaces/shop/configmaps/a/status' });
    expect(status?.query).toEqual({ fieldValidation: 'Strict' });
    expect(patched).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/shop/configmaps/a/status',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"data":{"color":null}}',
    });
    expect(deleted).toMatchObject({ method: 'DELETE', path: '/api/v1/namespaces/shop/configmaps/a' });
    expect(JSON.parse(deleted?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u', resourceVersion: '3' },
      propagationPolicy: 'Foreground',
      dryRun: ['All'],
    });
  });

  it('are not sent at all without what they need', async () => {
    const { server, client } = await clientOf();
    const refused = expect.objectContaining({ code: 'invalid_request' }) as unknown;
    await expect(client.delete(configMaps, { name: '', namespace: 'shop' })).rejects.toEqual(refused);
    await expect(client.create(configMaps, { ...draft, metadata: { name: 'a' } })).rejects.toEqual(refused);
    expect(server.requests).toEqual([]);
  });

  it('share one kept-alive connection', async () => {
    const { server, client } = await clientOf(found, found, answer(404, '404 page not found'), found);
    await client.get(configMaps, ref);
    await client.get(configMaps, ref);
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: 'cluster_refused' });
    await client.get(configMaps, ref);
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
  });
});

describe('the answers of the HTTP client', () => {
  it('tell absence from everything else', async () => {
    const absent = refuse(404, 'NotFound', { name: 'a', kind: 'configmaps' });
    const { client } = await clientOf(absent, absent, absent, refuse(404, 'NotFound'));
    expect(await client.get(configMaps, ref)).toBeUndefined();
    await client.delete(configMaps, ref);
    await expect(client.patch(configMaps, ref, {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.delete(configMaps, ref)).rejects.toMatchObject({ code: 'cluster_refused' });
  });

  it('give list items the kind that only the list states', async () => {
    const { apiVersion: _apiVersion, kind: _kind, ...item } = configMap('a');
    const list = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '9' }, items: [item] };
    const { client } = await clientOf(answer(200, list), answer(200, { ...list, items: null }));
    expect((await client.list(configMaps)).items).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap' }]);
    expect((await client.list(configMaps)).items).toEqual([]);
  });

  it('keep every digit of an integer, there and back', async () => {
    const object = JSON.stringify(configMap('a', '1', { spec: { size: 0 } })).replace(
      '"size":0',
      '"size":9007199254740993',
    );
    const { server, client } = await clientOf(answer(200, object), answer(200, object));
    const got = await client.get(configMaps, ref);
    expect(got).toMatchObject({ spec: { size: 9007199254740993n } });
    if (got !== undefined) await client.replace(configMaps, got);
    expect(server.requests[1]?.body).toContain('"size":9007199254740993}');
  });

  it('say so when the answer is not the API server speaking', async () => {
    const { client } = await clientOf(answer(200, '<html>log in here</html>'));
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { why: expect.stringContaining('is not JSON') as unknown },
    });
  });

  it('name the place of an object they cannot read', async () => {
    const broken: Partial<Operation> = { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation' };
    const { client } = await clientOf(answer(200, { ...broken, metadata: {}, spec: { kind: 5 } }));
    await expect(client.get(operations, ref)).rejects.toMatchObject({
      code: 'internal',
      explanation: { why: expect.stringContaining('spec.kind') as unknown },
    });
  });
});
