import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadInClusterConnection, readOwnNamespace, tokenFromFile } from './in-cluster.ts';

async function mountAccount(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-account-'));
  onTestFinished(async () => await rm(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

const mounted = { token: 'first\n', 'ca.crt': 'PEM', namespace: 'soteria\n' };

describe('the connection inside a cluster', () => {
  it.each([
    ['10.0.0.1', '6443', 'https://10.0.0.1:6443/'],
    ['10.0.0.1', undefined, 'https://10.0.0.1/'],
    ['fd00::1', '443', 'https://[fd00::1]/'],
    ['kubernetes.default.svc', '443', 'https://kubernetes.default.svc/'],
  ])('leads from host %s and port %s to %s', async (host, port, url) => {
    const serviceAccountDir = await mountAccount(mounted);
    const connection = await loadInClusterConnection({ host, port, serviceAccountDir });
    expect(connection.server.href).toBe(url);
    expect(connection.ca).toBe('PEM');
    expect(await connection.token?.()).toBe('first');
  });

  it.each([
    ['token', { 'ca.crt': 'PEM' }],
    ['ca.crt', { token: 'first' }],
  ])('needs %s, and says which file it misses', async (missing, files) => {
    const serviceAccountDir = await mountAccount(files);
    await expect(loadInClusterConnection({ host: '10.0.0.1', serviceAccountDir })).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: { why: `the service account file ${join(serviceAccountDir, missing)} cannot be read` },
    });
  });

  it('knows its own namespace', async () => {
    expect(await readOwnNamespace(await mountAccount(mounted))).toBe('soteria');
    expect(await readOwnNamespace(await mountAccount({}))).toBeUndefined();
    expect(await readOwnNamespace(await mountAccount({ namespace: '' }))).toBeUndefined();
  });
});

async function rotatingToken() {
  const path = join(await mountAccount(mounted), 'token');
  const clock = { nowMs: 1_000_000 };
  return { path, clock, token: tokenFromFile(path, () => clock.nowMs) };
}

describe('the mounted token', () => {
  it('is read again once the copy is a minute old', async () => {
    const { path, clock, token } = await rotatingToken();
    expect(await token()).toBe('first');
    await writeFile(path, 'second');
    clock.nowMs += 59_999;
    expect(await token()).toBe('first');
    clock.nowMs += 1;
    expect(await token()).toBe('second');
  });

  it('is read again at once when the server refused it', async () => {
    const { path, token } = await rotatingToken();
    expect(await token()).toBe('first');
    await writeFile(path, 'second');
    expect(await token({ isRefused: true })).toBe('second');
    expect(await token({ isRefused: false })).toBe('second');
  });

  it('outlives a moment in which the file is not there', async () => {
    const { path, clock, token } = await rotatingToken();
    expect(await token()).toBe('first');
    await rm(path);
    clock.nowMs += 60_000;
    expect(await token()).toBe('first');
    await writeFile(path, 'second');
    expect(await token()).toBe('second');
  });
});
