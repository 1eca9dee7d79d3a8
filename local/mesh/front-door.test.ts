import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { problem } from '@soteria/shared/http-contract/problem.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFrontDoor } from './front-door.ts';
import { eventually, namespace, service, startFixture } from './testing/mesh-fixture.ts';

async function open() {
  const fixture = await startFixture([
    service('probe', { annotations: { 'soteria.dev/routes': '/v1/backup, /v1/operations' } }),
    service('other', { annotations: { 'soteria.dev/routes': '/v1/backups' } }),
  ]);
  const door = await startFrontDoor({ mesh: fixture.mesh, port: 0, host: '127.0.0.1' });
  onTestFinished(() => door.close());
  return { ...fixture, door };
}

/** `fetch` does not allow a caller to choose the Host. */
async function post(url: string, headers: Record<string, string>): Promise<unknown> {
  const sent = request(url, { method: 'POST', headers }).end();
  const [answer] = await once(sent, 'response');
  return json(answer);
}

describe('the front door', () => {
  it('sends each request to the Service that claims its path, with its body and headers', async () => {
    const { door, requests } = await open();
    const body = JSON.stringify({ pvc: 'data' });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer t', 'idempotency-key': 'k' };
    const answer = await fetch(`${door.url}/v1/backup/x?answer=201`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    await fetch(`${door.url}/v1/backups?namespace=a`);
    await eventually(() =>
      expect(requests('probe')).toMatchObject([{ method: 'POST', path: '/v1/backup/x?answer=201', body, headers }]),
    );
    await eventually(() =>
      expect(requests('other')).toMatchObject([{ method: 'GET', path: '/v1/backups?namespace=a' }]),
    );
  });

  it('streams', async () => {
    const { door } = await open();
    const answer = await fetch(`${door.url}/v1/operations?answer=stream`);
    expect(answer.headers.get('x-own')).toBe('kept');
    const chunks: string[] = [];
    for await (const chunk of answer.body ?? []) chunks.push(Buffer.from(chunk).toString());
    expect(chunks).toEqual(['first', 'last']);
  });

  it('answers an unknown path with a problem that names the known ones', async () => {
    const { door } = await open();
    const answer = await fetch(`${door.url}/v2/x`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(problem.parse(await answer.json())).toMatchObject({
      status: 404,
      prefixes: ['/v1/backup', '/v1/backups', '/v1/operations'],
    });
  });

  it('sends a request to no other host, whatever its path', async () => {
    const { door, mesh, requests } = await open();
    const { port } = new URL(mesh.serviceUrl(namespace, 'other') ?? '');
    expect((await fetch(`${door.url}//127.0.0.1:${port}/v1/backup`)).status).toBe(404);
    expect(requests('other')).toEqual([]);
  });

  it('does not listen beyond loopback', async () => {
    const { mesh } = await open();
    await expect(startFrontDoor({ mesh, port: 0, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it.each([
    ['a name that was made to point here', { host: 'evil.example:8080' }],
    ['a page of another origin', { origin: 'http://evil.example' }],
  ])('refuses %s, and so does the broker', async (_title, headers) => {
    const { door, mesh, requests } = await open();
    const broker = mesh.brokerUrl(namespace, 'default') ?? `${mesh.serviceUrl(namespace, 'probe')}`;
    for (const url of [`${door.url}/v1/backup`, broker])
      expect(problem.parse(await post(url, headers))).toMatchObject({ status: 403, code: 'forbidden' });
    expect(requests('probe')).toEqual([]);
  });

  it('names the reason when its port is taken', async () => {
    const { mesh, door } = await open();
    const port = Number(new URL(door.url).port);
    await expect(startFrontDoor({ mesh, port })).rejects.toMatchObject({ code: 'conflict' });
  });
});
