import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorTexts } from '../fakes/kubernetes/error-texts.ts';
import { loadKubeconfigConnection } from './kubeconfig.ts';

async function folder(files: Readonly<Record<string, string | object>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-kubeconfig-'));
  onTestFinished(async () => await rm(dir, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return dir;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function config(parts: { cluster?: object; user?: object; name?: string; current?: string }) {
  const name = parts.name ?? 'home';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': parts.current ?? name,
    clusters: [{ name, cluster: { server: `https://${name}.test:6443`, ...parts.cluster } }],
    users: [{ name, user: { ...parts.user } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

async function load(parts: Parameters<typeof config>[0]) {
  const dir = await folder({ config: config(parts), 'ca.pem': 'CA', 'token.txt': 'from-file\n' });
  return await loadKubeconfigConnection({ path: join(dir, 'config') });
}

describe('a kubeconfig', () => {
  it('with everything inline', async () => {
    const connection = await load({
      cluster: { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'inside' },
      user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), token: 't1', as: 'alice' },
    });
    expect(connection).toMatchObject({
      ca: 'CA',
      clientCertificate: { cert: 'CERT', key: 'KEY' },
      insecureSkipTlsVerify: false,
      tlsServerName: 'inside',
      impersonateUser: 'alice',
      agent: undefined,
    });
    expect(connection.server.href).toBe('https://home.test:6443/');
    expect(await connection.token?.()).toBe('t1');
  });

  it('with the certificate authority in a file beside it', async () => {
    expect((await load({ cluster: { 'certificate-authority': 'ca.pem' } })).ca).toBe('CA');
  });

  it('of a server on plain HTTP, without credentials', async () => {
    const connection = await load({ cluster: { server: 'http://127.0.0.1:8080' } });
    expect(connection.server.href).toBe('http://127.0.0.1:8080/');
    expect(await connection.token?.()).toBeUndefined();
    expect(connection.clientCertificate).toBeUndefined();
  });

  it('that does not want the certificate verified', async () => {
    expect((await load({ cluster: { 'insecure-skip-tls-verify': true } })).insecureSkipTlsVerify).toBe(true);
  });

  it('with a proxy brings the proxy along', async () => {
    expect((await load({ cluster: { 'proxy-url': 'http://127.0.0.1:3128' } })).agent).toBeDefined();
  });

  it('runs its exec plug-in, and again only when the token is refused', async () => {
    const dir = await folder({ 'runs.txt': '' });
    const script = `
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(join(dir, 'runs.txt'))}, 'x');
      const token = 'run-' + fs.readFileSync(${JSON.stringify(join(dir, 'runs.txt'))}, 'utf8').length;
      console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] };
    const { token } = await load({ user: { exec } });
    expect(await token?.()).toBe('run-1');
    expect(await token?.({ isRefused: false })).toBe('run-1');
    expect(await token?.({ isRefused: true })).toBe('run-2');
    expect(await token?.()).toBe('run-2');
  });

  it('takes the context that is asked for, and the first of each name from several files', async () => {
    const dir = await folder({
      one: config({ name: 'home', user: { token: 'one' } }),
      two: { ...config({ name: 'work', user: { token: 'two' } }) },
      again: config({ name: 'home', user: { token: 'again' } }),
    });
    const path = ['one', 'two', 'again'].map((name) => join(dir, name)).join(delimiter);
    const home = await loadKubeconfigConnection({ path });
    expect(await home.token?.()).toBe('one');
    const work = await loadKubeconfigConnection({ path, context: 'work' });
    expect(work.server.host).toBe('work.test:6443');
    expect(await work.token?.()).toBe('two');
  });
});

describe('a kubeconfig that cannot be used', () => {
  const failing = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath };
  const cases: readonly (readonly [title: string, content: object | string, why: string])[] = [
    ['a context that is not there', config({ current: 'gone' }), 'its context "gone" does not exist'],
    ['a password', config({ user: { username: 'a', password: 'secret-word' } }), 'password'],
    ['a broken file', 'token: "secret-word\n\t- x', 'it is not a kubeconfig'],
    [
      'a plug-in that fails',
      config({ user: { exec: { ...failing, args: ['-e', 'console.error("secret-word"); process.exit(1)'] } } }),
      'the credentials of user "home" cannot be obtained',
    ],
  ];
  it.each(cases)('because of %s says so and shows no secret', async (_title, content, why) => {
    const path = join(await folder({ config: content }), 'config');
    const thrown: unknown = await loadKubeconfigConnection({ path }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: 'cluster_unavailable',
      cause: undefined,
      explanation: { why: expect.stringContaining(why) as unknown },
    });
    expect(errorTexts(thrown)).not.toContain('secret-word');
  });

  it('because it is not there names it', async () => {
    await expect(loadKubeconfigConnection({ path: '/nowhere/config' })).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { what: 'could not use the kubeconfig /nowhere/config', why: 'it cannot be read (ENOENT)' },
    });
  });
});
