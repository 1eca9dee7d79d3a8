import { createMemoryCluster, type MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { isJsonObject, objectAt, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { maxBodyBytes } from './receive-body.ts';
import { startStore, type Store } from './start-store.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const at = { group: '', version: 'v1', plural: 'configmaps', namespace: 'default' };

let cluster: MemoryCluster;
let store: Store;
beforeEach(async () => {
  cluster = createMemoryCluster();
  store = await startStore({ cluster, bookmarkEveryMs: 20 });
});
afterEach(() => store.stop());

async function call(path: string, init: RequestInit = {}): Promise<{ status: number; json: JsonObject }> {
  const response = await fetch(store.url + path, init);
  const json: unknown = await response.json();
  return { status: response.status, json: isJsonObject(json) ? json : {} };
}

function post(path: string, body: string, contentType = 'application/json') {
  return call(path, { method: 'POST', body, headers: { 'content-type': contentType } });
}

/** The lines of a watch, one after another. */
async function openWatch(query: string, accept = 'application/json') {
  const controller = new AbortController();
  const response = await fetch(`${store.url}${configMaps}?watch=true&${query}`, {
    headers: { accept },
    signal: controller.signal,
  });
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
  const lines = createInterface({ input: body })[Symbol.asyncIterator]();
  return {
    async next(): Promise<JsonObject | 'end'> {
      const { done, value } = await lines.next();
      const line: unknown = done === true ? 'end' : JSON.parse(value);
      return isJsonObject(line) ? line : 'end';
    },
    stop: () => controller.abort(),
  };
}

function tableOf(line: JsonObject | 'end'): JsonObject {
  return line === 'end' ? {} : objectAt(line, 'object');
}

describe('the store over HTTP', () => {
  it('answers refusals with the Status object of the API server', async () => {
    expect(await call(`${configMaps}/absent`)).toEqual({
      status: 404,
      json: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'configmaps "absent" not found',
        reason: 'NotFound',
        details: { name: 'absent', kind: 'configmaps' },
        code: 404,
      },
    });
  });

  it.each([
    ['an unknown path', 'GET', '/nonsense', 404],
    ['an unknown resource', 'GET', '/api/v1/nothings', 404],
    ['an unknown subresource', 'GET', `${configMaps}/a/scale`, 404],
    ['a bad escape', 'GET', `${configMaps}/%zz`, 400],
    ['a limit that is not a number', 'GET', `${configMaps}?limit=x`, 400],
    ['a malformed selector', 'GET', `${configMaps}?labelSelector=a%20b`, 400],
    ['a watch with such a selector', 'GET', `${configMaps}?watch=1&labelSelector=a%20b`, 400],
    ['a dry run of a part', 'DELETE', `${configMaps}/a?dryRun=Some`, 400],
    ['a creation under a name', 'POST', `${configMaps}/a`, 405],
    ['a replacement of a collection', 'PUT', configMaps, 405],
  ])('refuses %s', async (_what, method, path, status) => {
    expect((await call(path, { method })).status).toBe(status);
  });

  it.each([
    ['text', 'hello', 'text/plain', 415],
    ['half of JSON', '{', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
  ])('refuses a body of %s', async (_what, body, type, status) => {
    expect((await post(configMaps, body, type)).status).toBe(status);
  });

  it('refuses a body that is too large, and serves the next request', async () => {
    expect((await post(configMaps, 'x'.repeat(maxBodyBytes + 1))).status).toBe(413);
    expect((await call(configMaps)).status).toBe(200);
  });

  it('accepts YAML', async () => {
    const made = await post(configMaps, 'metadata:\n  name: a\ndata:\n  x: "1"\n', 'application/yaml');
    expect(made).toMatchObject({ status: 201, json: { kind: 'ConfigMap', data: { x: '1' } } });
  });

  it('leaves kind and apiVersion out of the items of built-in lists, as the real server does', async () => {
    cluster.api.create(at, { metadata: { name: 'a' } });
    const { json } = await call(configMaps);
    expect(json).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1', items: [{ metadata: { name: 'a' } }] });
    expect(Object.keys(Object(json['items'])[0])).toEqual(['metadata']);
  });

  it('deletes a selected part of a collection', async () => {
    for (const [name, tier] of Object.entries({ a: 'x', b: 'y', c: 'x' })) {
      cluster.api.create(at, { metadata: { name, labels: { tier } } });
    }
    expect((await call(`${configMaps}?labelSelector=tier%3Dx`, { method: 'DELETE' })).status).toBe(200);
    expect(cluster.api.list(at).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('answers with metadata alone when the request asks for it', async () => {
    cluster.api.create(at, { metadata: { name: 'a' }, data: { x: '1' } });
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const { json } = await call(configMaps, { headers: { accept } });
    expect(json).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ kind: 'PartialObjectMetadata' }] });
    expect(JSON.stringify(json)).not.toContain('"data"');
  });

  it.each([
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a name that was made to point here', { host: 'evil.example' }],
  ])('refuses %s', async (_what, headers) => {
    const status = await new Promise((resolve, reject) => {
      request(store.url + configMaps, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('names the reason when its port is taken', async () => {
    const port = Number(new URL(store.url).port);
    await expect(startStore({ cluster: createMemoryCluster(), port })).rejects.toThrow(`127.0.0.1:${port}`);
  });
});

describe('a watch over HTTP', () => {
  it('sends the changes since the version, then new changes', async () => {
    cluster.api.create(at, { metadata: { name: 'a' } });
    const watch = await openWatch(`resourceVersion=${cluster.revision - 1}`);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'a' } } });
    cluster.api.delete({ ...at, name: 'a' });
    expect(await watch.next()).toMatchObject({ type: 'DELETED' });
    watch.stop();
  });

  it('begins with the existing objects and marks their end, when asked to', async () => {
    cluster.api.create(at, { metadata: { name: 'a' } });
    const watch = await openWatch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true');
    expect(await watch.next()).toMatchObject({ type: 'ADDED' });
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    expect(await watch.next()).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations } } });
    watch.stop();
  });

  it('sends bookmarks with the present version', async () => {
    const watch = await openWatch(`resourceVersion=${cluster.revision}&allowWatchBookmarks=true`);
    const resourceVersion = String(cluster.revision);
    expect(await watch.next()).toMatchObject({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } });
    watch.stop();
  });

  it('ends when its time is over', async () => {
    const watch = await openWatch(`resourceVersion=${cluster.revision}&timeoutSeconds=1`);
    expect(await watch.next()).toBe('end');
  });

  it('reports lost history inside the stream, and ends', async () => {
    cluster.forgetHistory();
    const watch = await openWatch('resourceVersion=1');
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watch.next()).toBe('end');
  });

  it('names the columns of a Table once', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const watch = await openWatch(`resourceVersion=${cluster.revision}`, accept);
    for (const name of ['a', 'b']) cluster.api.create(at, { metadata: { name }, data: { x: '1' } });
    const [first, second] = [await watch.next(), await watch.next()];
    expect(tableOf(first)).toMatchObject({ kind: 'Table', rows: [{ cells: ['a', 1, '0s'] }] });
    expect(tableOf(first)['columnDefinitions']).toHaveLength(3);
    expect(tableOf(second)['columnDefinitions']).toBeNull();
    watch.stop();
  });

  it('does not keep the store from stopping', async () => {
    const watch = await openWatch(`resourceVersion=${cluster.revision}`);
    await store.stop();
    expect(await watch.next()).toBe('end');
    store = await startStore({ cluster });
  });
});
