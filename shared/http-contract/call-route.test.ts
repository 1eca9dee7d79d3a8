import { expect, it } from 'vitest';
import { createRouteCaller, type Sent } from './call-route.ts';

function recording(status: number, body: unknown) {
  const sent: Sent[] = [];
  const caller = createRouteCaller((request) => {
    sent.push(request);
    return Promise.resolve({ status, body });
  });
  return { sent, caller };
}

it('fills the path, leaves out what is not given, and sends a body as JSON', async () => {
  const { sent, caller } = recording(200, {});
  await caller.call('GET /v1/operations/{name}', { path: { name: 'a/b c' }, query: { namespace: undefined } });
  await caller.call('GET /v1/backups', { query: { namespace: 'shop', limit: 5 } });
  await caller.call('POST /v1/backup', { body: { namespace: 'shop', pvc: 'data' } });
  expect(sent).toEqual([
    { method: 'GET', path: '/v1/operations/a%2Fb%20c', body: '' },
    { method: 'GET', path: '/v1/backups?namespace=shop&limit=5', body: '' },
    { method: 'POST', path: '/v1/backup', body: '{"namespace":"shop","pvc":"data"}' },
  ]);
});

it('answers a refusal as a problem, and throws it where only an answer will do', async () => {
  const problem = { code: 'not_found', what: 'operation x was not found' };
  const { caller } = recording(404, problem);
  const ask = { path: { name: 'x' } };
  expect(await caller.ask('GET /v1/operations/{name}', ask)).toEqual({ isOk: false, status: 404, problem });
  await expect(caller.call('GET /v1/operations/{name}', ask)).rejects.toThrow('404');
});
