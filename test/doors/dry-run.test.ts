/** The dry run of every door reports exactly the refusals of the request itself, in the same order. */
import { configMaps, namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { volume } from '../../drivers/longhorn/backup/fixtures.ts';
import { createTestBench as createBackupBench } from '../../functions/backup/test-bench.ts';
import { createTestBench as createRestoreBench } from '../../functions/restore/test-bench.ts';

interface World {
  readonly hasPoint: boolean;
  readonly hasBrokenPoint: boolean;
  readonly isTargetThere: boolean;
  readonly hasProofNamespace: boolean;
  /** The caller has no right there. */
  readonly refused: readonly string[];
  /** The source of backups. */
  readonly claimPhase: 'Bound' | 'Pending';
  readonly isVolumeFaulted: boolean;
}

interface Door {
  readonly post: (path: string, body: object) => Promise<{ readonly status: number; readonly body: Answer }>;
  readonly countOperations: () => Promise<number>;
}

interface Answer {
  readonly code?: string;
  readonly why?: string;
  readonly blocked_by?: readonly { readonly code: string; readonly why: string }[];
}

type Fetch = (request: Request) => Response | Promise<Response>;

function postTo(fetch: Fetch): Door['post'] {
  return async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const request = new Request(`http://here${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = await fetch(request);
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
}

type Client = ReturnType<typeof createRestoreBench>['client'];

/** Namespace `doomed` is deleted and not gone yet. */
async function addDoomed(client: Client): Promise<void> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
  const metadata = { name: 'kept', namespace: 'doomed', finalizers: ['test.dev/keep'] };
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await client.delete(namespaces, { name: 'doomed' });
}

async function openRestore(world: World): Promise<Door> {
  const bench = createRestoreBench();
  const { client, cluster, store } = bench;
  if (world.hasPoint) bench.seedBackups({ name: 'monday', at: '2026-01-26T02:00:00Z' });
  if (world.hasBrokenPoint) {
    bench.seedBackups({
      name: 'broken',
      at: '2026-01-27T02:00:00Z',
      pvc: 'db',
      shape: { volume: { isEncrypted: true } },
    });
  }
  await addDoomed(client);
  const names = ['closed', ...(world.hasProofNamespace ? [proofNamespace] : [])];
  for (const name of names)
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  if (!world.isTargetThere) {
    const ref = { name: 'default', namespace: 'longhorn-system' };
    await client.patch(backupTargets, ref, { status: { available: false } }, { subresource: 'status' });
  }
  const metadata = { name: 'taken', namespace: 'shop' };
  cluster.seed({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata });
  for (const name of world.refused) bench.refused.add(name);
  const countOperations = async () => (await store.list({})).length;
  return { post: postTo((request) => bench.app.fetch(request)), countOperations };
}

async function openBackup(world: World): Promise<Door> {
  const bench = createBackupBench();
  const { cluster, longhorn, store } = bench;
  await addDoomed(cluster.client);
  if (world.claimPhase === 'Pending') {
    cluster.seed({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop' },
      status: { phase: 'Pending' },
    });
  }
  if (world.isVolumeFaulted) longhorn.volumes.add({ ...volume, robustness: 'faulted' });
  const countOperations = async () => (await store.list({})).length;
  return { post: postTo((request) => bench.app.fetch(request)), countOperations };
}

const worlds: fc.Arbitrary<World> = fc.record({
  hasPoint: fc.boolean(),
  hasBrokenPoint: fc.boolean(),
  isTargetThere: fc.boolean(),
  hasProofNamespace: fc.boolean(),
  refused: fc.subarray(['closed', 'all'], {}),
  claimPhase: fc.constantFrom('Bound', 'Pending'),
  isVolumeFaulted: fc.boolean(),
});

const namespace = fc.constantFrom('shop', 'gone', 'doomed', 'closed', 'Not A Name');
const pvc = fc.constantFrom('data', 'db', 'nothing', 'Not/A/Claim');
const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const source = {
  namespace,
  pvc,
  snapshot: some('latest', 'longhorn:default/monday', 'none-such'),
  as_of: some('2026-01-26T03:00:00Z', '2020-01-01T00:00:00Z', 'yesterday'),
  backup_url: some('s3://bucket@region/?backup=monday&volume=vol-1', 's3://elsewhere@region/?backup=x&volume=y'),
  cluster_id: some('cluster-1', 'another'),
  storage_class: some('longhorn', 'none-such', 'longhorn-static'),
  size: some('1Mi', '2Gi', 'large'),
};

const doors: readonly (readonly [path: string, bodies: fc.Arbitrary<object>, open: (world: World) => Promise<Door>])[] =
  [
    ['/v1/backup', fc.record({ namespace, pvc, driver: some('longhorn', 'restic'), mode: some('full') }), openBackup],
    ['/v1/backup/namespace', fc.record({ namespace, tags: some(['a=b'], ['no tag']) }), openBackup],
    [
      '/v1/restores',
      fc.record({
        ...source,
        target_namespace: fc.option(namespace, { nil: undefined }),
        target_pvc: fc.constantFrom('new', 'taken', 'Not/A/Claim'),
      }),
      openRestore,
    ],
    [
      '/v1/restore-test',
      fc.record({ ...source, test_namespace: some('shop', 'gone', 'doomed', 'closed') }),
      openRestore,
    ],
    [
      '/v1/restores/namespace',
      fc.record({
        namespace,
        target_namespace: namespace,
        as_of: source.as_of,
        storage_class: source.storage_class,
        pvcs: some(['data'], ['nothing']),
        name_prefix: some('new-', '/'),
      }),
      openRestore,
    ],
    ['/v1/selftest', fc.record({ storage_class: source.storage_class, size: source.size }), openRestore],
    [
      '/v1/backups/adopt',
      fc.record({ cluster_id: fc.constantFrom('cluster-1', 'another', ''), is_gone: some(true) }),
      openRestore,
    ],
  ];

describe.each(doors)('%s', (path, bodies, open) => {
  it('refuses exactly what its dry run reports, and the dry run records nothing', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, bodies, async (world, body) => {
        const door = await open(world);
        const plan = await door.post(path, { ...body, dry_run: true });
        expect(await door.countOperations()).toBe(0);
        const answer = await door.post(path, body);
        if (plan.status !== 200) {
          expect([answer.status, answer.body.code]).toEqual([plan.status, plan.body.code]);
          return;
        }
        const [first] = plan.body.blocked_by ?? [];
        if (first === undefined) expect([200, 202]).toContain(answer.status);
        else expect([answer.body.code, answer.body.why]).toEqual([first.code, first.why]);
        if (first === undefined) expect(Object.keys(answer.body).toSorted()).toEqual(Object.keys(plan.body).toSorted());
      }),
      { numRuns: 150, seed: 9 },
    );
  });
});

it.each([
  ['/v1/restores', { namespace: 'shop', pvc: 'data', target_namespace: 'doomed', target_pvc: 'data' }],
  ['/v1/restores/namespace', { namespace: 'shop', target_namespace: 'doomed' }],
])('%s into a namespace that is Terminating is a 409 that says so', async (path, body) => {
  const { post } = await openRestore({
    hasPoint: true,
    hasBrokenPoint: false,
    isTargetThere: true,
    hasProofNamespace: true,
    refused: [],
    claimPhase: 'Bound',
    isVolumeFaulted: false,
  });
  const why = expect.stringContaining('namespace doomed is being terminated') as unknown;
  const answer = await post(path, body);
  expect(answer).toMatchObject({ status: 409, body: { code: 'namespace_terminating', why } });
  const plan = await post(path, { ...body, dry_run: true });
  expect(plan).toMatchObject({ status: 200, body: { blocked_by: [{ code: 'namespace_terminating', why }] } });
});
