/** The usual commands of people, with the real kubectl on the local store. */
import { writeKubeconfig } from '@soteria/local/store/kubeconfig.ts';
import { startStore, type Store } from '@soteria/local/store/start-store.ts';
import { createMemoryCluster, type MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKubectl, kubectlFix, kubectlFor, type Kubectl } from './kubectl.ts';
import { installOperations } from './operation-definition.ts';

const binary = findKubectl();
if (binary === undefined) console.warn(`SKIPPED: kubectl on the local store did not run: ${kubectlFix}`);

const operation = (name: string) => `
apiVersion: soteria.dev/v1alpha1
kind: Operation
metadata:
  name: ${name}
  namespace: shop
spec:
  kind: Backup
  request:
    pvc: data
`;

const settings = (color: string) => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  color: ${color}
---
${operation('applied')}
  cancelRequested: ${color === 'blue'}
`;

describe.skipIf(binary === undefined)('kubectl on the local store', () => {
  const dir = mkdtempSync(join(tmpdir(), 'soteria-kubectl-'));
  let cluster: MemoryCluster;
  let store: Store;
  let kubectl: Kubectl;

  beforeAll(async () => {
    cluster = createMemoryCluster({ namespaces: ['shop'] });
    installOperations(cluster);
    store = await startStore({ cluster });
    const file = join(dir, 'kubeconfig');
    writeKubeconfig({ file, server: store.url });
    kubectl = kubectlFor(binary ?? '', file, dir);
  });

  afterAll(async () => {
    await store.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function succeed(args: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await kubectl.run(args.split(' '), input);
    expect(code, `kubectl ${args}: ${stderr}`).toBe(0);
    return stdout;
  }

  async function fail(args: string, input?: string): Promise<string> {
    const { code, stderr, stdout } = await kubectl.run(args.split(' '), input);
    expect(code, `kubectl ${args} succeeded: ${stdout}`).not.toBe(0);
    return stderr;
  }

  it('creates an Operation with its validation on, and shows it with the columns of its definition', async () => {
    expect(await succeed('create -f -', operation('created'))).toContain('operation.soteria.dev/created created');
    const [header, row] = (await succeed('get operations -A')).split('\n');
    expect(header).toMatch(/^NAMESPACE +NAME +KIND +/);
    expect(row).toMatch(/^shop +created +Backup +/);
    expect(await succeed('get sop created -n shop -o yaml')).toContain('pvc: data');
    expect(await fail('create -f -', operation('created'))).toContain('AlreadyExists');
  });

  it('makes names from generateName', async () => {
    const made = await succeed('create -f - -o name', operation('x').replace('name: x', 'generateName: made-'));
    expect(made).toMatch(/^operation.soteria.dev\/made-[a-z0-9]{5}\n$/);
  });

  it('describes, with events', async () => {
    await succeed('create -f -', operation('described'));
    const text = await succeed('describe operation described -n shop');
    expect(text).toMatch(/Name: +described/);
    expect(text).toMatch(/Events: +<none>/);
  });

  it('follows changes with get --watch', async () => {
    await succeed('create -f -', operation('watched'));
    const watch = kubectl.follow([
      'get',
      'operations',
      '-n',
      'shop',
      '--watch',
      '--field-selector=metadata.name=watched',
    ]);
    try {
      const next = async () => String((await watch.lines.next()).value);
      expect(await next()).toMatch(/^NAME /);
      expect(await next()).toMatch(/^watched /);
      const patch = '{"status":{"phase":"Running","progress":40}}';
      await succeed(`patch operation watched -n shop --subresource=status --type=merge -p ${patch}`);
      expect(await next()).toMatch(/^watched +.*Running/);
    } finally {
      watch.stop();
    }
  });

  it('waits for a condition', async () => {
    await succeed('create -f -', operation('awaited'));
    const waiting = succeed('wait --for=condition=Complete operation/awaited -n shop --timeout=20s');
    const status = '{"status":{"conditions":[{"type":"Complete","status":"True"}]}}';
    await succeed(`patch operation awaited -n shop --subresource=status --type=merge -p ${status}`);
    expect(await waiting).toContain('condition met');
    expect(await succeed('wait --for=condition=Established crd/operations.soteria.dev')).toContain('condition met');
  });

  it('applies twice, and the second time changes only what differs', async () => {
    expect(await succeed('apply -f -', settings('red'))).toMatch(/settings created\n.*applied created/);
    expect(await succeed('apply -f -', settings('red'))).toMatch(/settings unchanged\n.*applied unchanged/);
    expect(await succeed('apply -f -', settings('blue'))).toMatch(/settings configured\n.*applied configured/);
    expect(await succeed('get cm settings -n shop -o jsonpath={.data.color}')).toBe('blue');
    expect(await succeed('get sop applied -n shop -o jsonpath={.spec.cancelRequested}')).toBe('true');
  });

  it('reports what the store does not support', async () => {
    const refusal = await kubectl.run(['apply', '--server-side', '-f', '-'], settings('red'));
    expect(refusal.stdout + refusal.stderr).toContain('server-side apply is not done by the local store');
    expect(await fail('auth can-i get pods')).toContain(
      'selfsubjectaccessreviews.authorization.k8s.io is not answered here',
    );
    expect(await fail('create job j --image=x')).toContain('does not understand a Job in protobuf');
  });

  it('labels, annotates and patches in three formats', async () => {
    await succeed('create configmap patched -n shop --from-literal=a=1');
    await succeed('label configmap patched -n shop tier=db');
    await succeed('annotate configmap patched -n shop note=yes');
    await succeed('patch configmap patched -n shop -p {"data":{"b":"2"}}');
    await succeed('patch configmap patched -n shop --type=merge -p {"data":{"a":null}}');
    await succeed('patch configmap patched -n shop --type=json -p [{"op":"add","path":"/data/c","value":"3"}]');
    const found = cluster.api.get({
      group: '',
      version: 'v1',
      plural: 'configmaps',
      namespace: 'shop',
      name: 'patched',
    });
    expect(found['data']).toEqual({ b: '2', c: '3' });
    expect(found.metadata.labels).toEqual({ tier: 'db' });
    expect(found.metadata.annotations).toEqual({ note: 'yes' });
  });

  it('makes a namespace, deletes it with its content, and waits until it is gone', async () => {
    await succeed('create namespace brief');
    await succeed('create secret generic key -n brief --from-literal=password=open');
    expect(await succeed('get secret key -n brief -o jsonpath={.data.password}')).toBe('b3Blbg==');
    expect(await succeed('delete namespace brief')).toContain('namespace "brief" deleted');
    expect(await fail('get namespace brief')).toContain('NotFound');
    expect(cluster.api.list({ group: '', version: 'v1', plural: 'secrets', namespace: 'brief' }).items).toEqual([]);
  });

  it('deletes one and all', async () => {
    await succeed('create -f -', operation('one'));
    expect(await succeed('delete operation one -n shop')).toContain('"one" deleted');
    await succeed('create -f -', operation('two'));
    await succeed('delete operations --all -n shop');
    const left = await kubectl.run(['get', 'operations', '-n', 'shop']);
    expect(left.stderr).toContain('No resources found');
  });

  it('reads raw paths, explains a custom kind and lists what there is', async () => {
    expect(await succeed('get --raw /healthz')).toBe('ok');
    expect(await succeed('explain operations.spec')).toContain('KIND:       Operation');
    expect(await succeed('api-resources --api-group=soteria.dev -o name')).toBe('operations.soteria.dev\n');
    expect(await succeed('version')).toContain('Server Version: v1.36');
  });
});
