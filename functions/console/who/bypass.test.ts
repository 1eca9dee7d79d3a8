/** Ways around the question who asks, each tried at the console's real door. */
import { describe, expect, it } from 'vitest';
import { currentSecret, kit } from '@soteria/shared/function/testing/kit.ts';
import { signedIdentityHeaders } from '@soteria/shared/identity/verify-request.ts';
import { startRecordingFunction } from '../testing/recording-function.ts';
import { createTestBench } from '../test-bench.ts';
import { whyForeign } from './refuse-cross-site.ts';

const proxySecret = 'secret-of-the-proxy-secret-of-the-proxy';
const previous = 'secret-before-secret-before-secret-before';
const tokens = { jane1: { username: 'jane', groups: ['team'] } };
const throughProxy = { 'x-soteria-proxy-secret': proxySecret };

function bench(env: Readonly<Record<string, string>> = {}, grants: readonly string[] = []) {
  const secrets = { SOTERIA_PROXY_SECRET: proxySecret, SOTERIA_PROXY_SECRET_PREVIOUS: previous };
  return createTestBench({ tokens, grants, env: { ...secrets, SOTERIA_SIGNING_SECRET: currentSecret, ...env } });
}

async function who(headers: Record<string, string>, env = {}) {
  const answer = await bench(env).app.request('/v1/whoami', { headers });
  const { user, groups, proof, code } = (await answer.json()) as Record<string, unknown>;
  return answer.status === 200 ? { user, groups, proof } : { status: answer.status, code };
}

const unknown = { status: 401, code: 'unauthenticated' };

describe('the headers of a proxy', () => {
  it('say who asks beside its secret', async () => {
    const headers = { ...throughProxy, 'x-forwarded-user': 'ana@example.org', 'x-forwarded-groups': 'ops, team' };
    const ana = { user: 'ana@example.org', groups: ['ops', 'team', 'system:authenticated'], proof: 'proxy' };
    expect(await who(headers)).toEqual(ana);
    expect(await who({ ...headers, 'x-soteria-proxy-secret': previous })).toEqual(ana);
  });

  it.each([
    ['x-auth-request-user', 'x-auth-request-groups'],
    ['remote-user', 'remote-groups'],
    ['x-forwarded-email', 'x-auth-request-groups'],
  ])('of other names, which a proxy may let through, say nothing: %s, %s', async (user, groups) => {
    const forged = { ...throughProxy, [user]: 'boss', [groups]: 'platform-admins' };
    expect(await who(forged)).toEqual(unknown);
    const ana = { user: 'ana', groups: ['system:authenticated'], proof: 'proxy' };
    expect(await who({ ...forged, 'x-forwarded-user': 'ana' })).toEqual(ana);
  });

  it.each<[string, Record<string, string>]>([
    ['without the secret', {}],
    ['with a wrong secret', { 'x-soteria-proxy-secret': `${proxySecret}x` }],
    ['with an empty secret', { 'x-soteria-proxy-secret': '' }],
    ['with the secret that signs requests', { 'x-soteria-proxy-secret': currentSecret }],
    ['in the name of a user of Kubernetes', { ...throughProxy, 'x-forwarded-user': 'system:admin' }],
    ['in the name of nobody', { ...throughProxy, 'x-forwarded-user': ' ' }],
  ])('%s are believed by nobody', async (_title, headers) => {
    expect(await who({ 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'ops', ...headers })).toEqual(unknown);
  });

  it('are believed nowhere where no secret is set, whatever secret comes along', async () => {
    const none = { SOTERIA_PROXY_SECRET: '', SOTERIA_PROXY_SECRET_PREVIOUS: '' };
    for (const secret of ['', proxySecret]) {
      expect(await who({ 'x-soteria-proxy-secret': secret, 'x-forwarded-user': 'ana' }, none)).toEqual(unknown);
    }
  });

  it('make nobody a member of a group of Kubernetes', async () => {
    const headers = {
      ...throughProxy,
      'x-forwarded-user': 'ana',
      'x-forwarded-groups': 'ops,system:masters,SYSTEM:nodes',
    };
    expect(await who(headers)).toMatchObject({ groups: ['ops', 'system:authenticated'] });
  });

  it('change nothing about a caller with a token', async () => {
    const headers = { authorization: 'Bearer jane1', 'x-forwarded-user': 'root', 'remote-groups': 'admins' };
    expect(await who(headers)).toEqual({ user: 'jane', groups: ['team'], proof: 'token' });
  });

  it('can have other names', async () => {
    const env = { SOTERIA_PROXY_USER_HEADER: 'X-Who', SOTERIA_PROXY_GROUPS_HEADER: 'X-Teams' };
    const headers = { ...throughProxy, 'x-who': 'ana', 'x-teams': 'ops' };
    expect(await who(headers, env)).toMatchObject({ user: 'ana', proof: 'proxy' });
    expect(await who({ ...throughProxy, 'x-forwarded-user': 'ana' }, env)).toEqual(unknown);
  });

  it('mean nothing to any other function, at its own address', async () => {
    const { app } = kit({ routes: (routes) => routes.get('/v1/x', (c) => c.text('in')) });
    const headers = { ...throughProxy, 'x-forwarded-user': 'ana', 'x-auth-request-user': 'ana' };
    expect((await app.request('/v1/x', { headers })).status).toBe(401);
  });
});

describe('the headers by which functions know the console', () => {
  const signed = (change: object = {}, now = bench().now()) =>
    signedIdentityHeaders(
      { method: 'GET', path: '/v1/whoami', user: 'ana', groups: ['ops'], body: '', now, ...change },
      currentSecret,
    );

  it('are good with a signature', async () => {
    expect(await who(signed())).toEqual({ user: 'ana', groups: ['ops'], proof: 'signature' });
  });

  it.each<[string, Record<string, string>]>([
    ['none', { 'x-soteria-user': 'root' }],
    ['one that is too old', signed({}, new Date('2026-03-15T11:54:59Z'))],
    ['one of another path', signed({ path: '/v1/inventory' })],
    ['one of another method', signed({ method: 'POST' })],
    ['one of another user', { ...signed(), 'x-soteria-user': 'root' }],
    ['one of other groups', { ...signed(), 'x-soteria-groups': 'ops,admins' }],
    ['one of the functions themselves', signed({ user: 'system:soteria' })],
  ])('are refused with this signature: %s', async (_title, headers) => {
    expect(await who(headers)).toEqual(unknown);
  });
});

describe('a caller in none of the allowed groups', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['a token', { authorization: 'Bearer jane1' }, true],
    ['a proxy, in the group', { ...throughProxy, 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'x,team' }, true],
    ['a proxy, in no group', { ...throughProxy, 'x-forwarded-user': 'ana' }, false],
    ['a proxy, in another group', { ...throughProxy, 'x-forwarded-user': 'ana', 'x-forwarded-groups': 'teams' }, false],
  ])('is refused, however the name is proved: %s', async (_title, headers, isAllowed) => {
    const verdict = await who(headers, { SOTERIA_ALLOWED_GROUPS: 'ops, team' });
    if (isAllowed) expect(verdict).toMatchObject({ groups: expect.arrayContaining(['team']) });
    else expect(verdict).toEqual({ status: 403, code: 'forbidden' });
  });
});

describe('a browser without proof', () => {
  const html = { accept: 'text/html,*/*' };

  it.each([
    '/',
    '/claims/shop/data',
    '/v1/inventory',
    '/%761/inventory',
    '/v1',
    '/assets/x.js',
    '/%2e%2e/v1/inventory',
  ])('sees how to sign in at %s, and nothing else', async (path) => {
    const answer = await bench().unchecked.request(path, { headers: html });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toContain('does not know who you are');
  });

  it('changes nothing, and a program is told in JSON', async () => {
    const { app } = bench();
    expect((await app.request('/v1/backup', { method: 'POST', headers: html, body: '{}' })).status).toBe(401);
    expect((await app.request('/v1/inventory')).headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('a change that another site has a browser send', () => {
  const inProxy = {
    ...throughProxy,
    'x-forwarded-user': 'ana',
    'content-type': 'application/json',
    host: 'soteria.example',
  };
  const own = { 'x-soteria-request': '1' };

  it.each<[string, Record<string, string>, number]>([
    ['the page’s own', { ...own, origin: 'https://soteria.example', 'sec-fetch-site': 'same-origin' }, 202],
    ['a program’s, through the proxy', own, 202],
    ['another site’s', { ...own, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['another site’s, by an old browser', { ...own, origin: 'https://evil.example' }, 403],
    ['a neighbour’s', { ...own, 'sec-fetch-site': 'same-site' }, 403],
    ['a form’s without an origin', { origin: 'null' }, 403],
    ['a form’s', {}, 403],
  ])('%s', async (_title, headers, status) => {
    const behind = await startRecordingFunction((response) =>
      response.writeHead(202, { 'content-type': 'application/json' }).end('{}'),
    );
    const { unchecked } = bench({ SOTERIA_FUNCTION_URLS: `backup=${behind.url}` });
    const init = { method: 'POST', headers: { ...inProxy, ...headers }, body: '{}' };
    expect((await unchecked.request('/v1/backup', init)).status).toBe(status);
    expect(behind.requests).toHaveLength(status === 202 ? 1 : 0);
  });

  it('is refused too where nobody proves a name', () => {
    const header = (name: string) => ({ origin: 'http://evil.example', host: '127.0.0.1:8080' })[name];
    expect(whyForeign(header, { isCookie: false })).toContain('evil.example');
    expect(whyForeign(() => undefined, { isCookie: false })).toBeUndefined();
  });
});

describe('what is too much', () => {
  it('of changes is refused for a while, for this caller alone', async () => {
    const behind = await startRecordingFunction();
    const env = { SOTERIA_CHANGES_PER_MINUTE: '2', SOTERIA_FUNCTION_URLS: `backup=${behind.url}` };
    const { unchecked, pass } = bench(env);
    const ask = async (user: string) => {
      const headers = { ...throughProxy, 'x-forwarded-user': user, 'x-soteria-request': '1' };
      return unchecked.request('/v1/backup', { method: 'POST', headers, body: '{}' });
    };
    expect([(await ask('ana')).status, (await ask('ana')).status]).toEqual([200, 200]);
    const refused = await ask('ana');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    expect((await ask('ben')).status).toBe(200);
    pass(30_000);
    expect((await ask('ana')).status).toBe(200);
  });

  it('of a body never reaches a function', async () => {
    const behind = await startRecordingFunction();
    const { app } = bench({ SOTERIA_FUNCTION_URLS: `backup=${behind.url}` });
    const headers = { authorization: 'Bearer jane1', 'content-type': 'application/json' };
    const answer = await app.request('/v1/backup', { method: 'POST', headers, body: 'x'.repeat(70_000) });
    expect(answer.status).toBe(413);
    expect(behind.requests).toEqual([]);
  });
});
