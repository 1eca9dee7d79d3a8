import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectToCluster, loadConnection } from './connect.ts';
import { configMaps } from './core-types.ts';
import { answer, configMap, startScriptedServer } from '../fakes/kubernetes/scripted-server.ts';

async function temporaryFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-connect-'));
  onTestFinished(async () => await rm(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

const pod = { kubernetesServiceHost: '10.0.0.1', kubernetesServicePort: '6443' };
const account = { token: 't', 'ca.crt': 'PEM' };

describe('connecting to a cluster', () => {
  it('takes the kubeconfig where one is given, in a pod too', async () => {
    const server = await startScriptedServer(answer(200, configMap('a')));
    const name = 'local';
    const kubeconfig = join(
      await temporaryFolder({
        config: JSON.stringify({
          'current-context': name,
          clusters: [{ name, cluster: { server: server.url.href } }],
          users: [{ name, user: { token: 't1' } }],
          contexts: [{ name, context: { cluster: name, user: name } }],
        }),
      }),
      'config',
    );
    const client = await connectToCluster({ ...pod, kubeconfig });
    expect((await client.get(configMaps, { name: 'a', namespace: 'shop' }))?.metadata.name).toBe('a');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer t1');
  });

  it("takes the pod's account otherwise", async () => {
    const serviceAccountDir = await temporaryFolder(account);
    const connection = await loadConnection({ ...pod, serviceAccountDir, kubeconfig: '' });
    expect(connection.server.href).toBe('https://10.0.0.1:6443/');
  });

  it('says what to set when there is neither', async () => {
    await expect(connectToCluster({})).rejects.toMatchObject({
      code: 'cluster_unavailable',
      explanation: {
        why: 'neither KUBECONFIG nor KUBERNETES_SERVICE_HOST is set',
        fix: expect.stringContaining('set KUBECONFIG to the path') as unknown,
      },
    });
  });

  it('does not load the kubeconfig library in a pod', async () => {
    const serviceAccountDir = await temporaryFolder(account);
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve(name, context, next) { loaded.push(name); return next(name, context); } });
      const { connectToCluster } = await import(${JSON.stringify(new URL('connect.ts', import.meta.url).href)});
      await connectToCluster(${JSON.stringify({ ...pod, serviceAccountDir })});
      console.log(loaded.join('\\n'));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const loaded = stdout.trim().split('\n');
    expect(loaded).toContain('./http-client.ts');
    expect(loaded.filter((name) => name.includes('client-node') || name.includes('undici'))).toEqual([]);
  });
});
