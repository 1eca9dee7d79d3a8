/** One order of restore points: the first of `GET /v1/backups` is what `latest` means at every door. */
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBackupDrivers } from '../../drivers/drivers.ts';
import { defineBackup } from '../../functions/backup/app.ts';
import { rules } from '../../drivers/longhorn/backup/fixtures.ts';
import { shape } from '../../drivers/longhorn/restore/fixtures.ts';
import { backupObject, createTestBench, silent } from '../../functions/restore/test-bench.ts';

interface Entry {
  readonly name: string;
  /** In hours; undefined: Longhorn does not know the instant yet. */
  readonly hour: number | undefined;
  /** How its writer writes instants. */
  readonly isZoned: boolean;
  readonly isRestorable: boolean;
  readonly isRefuted: boolean;
  readonly by: 'here' | 'gone' | 'there' | 'recurring-job' | 'nobody';
}

const start = Date.parse('2026-01-01T00:00:00Z');

function written({ hour, isZoned }: Entry): string | undefined {
  if (hour === undefined) return undefined;
  const at = start + hour * 3_600_000;
  return isZoned
    ? new Date(at + 2 * 3_600_000).toISOString().replace('.000Z', '+02:00')
    : new Date(at).toISOString().replace('.000Z', 'Z');
}

function catalogueOf(by: Entry['by']): Record<string, string> {
  if (by === 'nobody') return {};
  const status = JSON.stringify({ namespace: 'shop', pvcName: 'data' });
  if (by === 'recurring-job') return { RecurringJob: 'nightly', [catalogueKeys.kubernetesStatus]: status };
  return {
    [catalogueKeys.managed]: 'true',
    [catalogueKeys.clusterId]: by === 'here' ? 'cluster-1' : by,
    [catalogueKeys.namespace]: 'shop',
    [catalogueKeys.pvc]: 'data',
    [catalogueKeys.claimShape]: JSON.stringify(shape),
  };
}

function objectOf(entry: Entry): JsonObject {
  const at = written(entry);
  const { status, ...rest } = backupObject({
    name: entry.name,
    at: at ?? '2026-01-01T00:00:00Z',
    catalogue: catalogueOf(entry.by),
  });
  const { snapshotCreatedAt: _at, ...known } = status as JsonObject;
  const state = entry.isRestorable ? {} : { state: 'Error', error: 'no space' };
  return { ...rest, status: { ...known, ...state, ...(at === undefined ? {} : { snapshotCreatedAt: at }) } };
}

const claimRef = { namespace: 'shop', name: 'data', uid: 'uid-data' };
const living: JsonObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-here' } },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'shop', name: 'data', uid: 'uid-data' },
    spec: { volumeName: 'pv-data', storageClassName: 'longhorn', accessModes: ['ReadWriteOnce'] },
    status: { phase: 'Bound' },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-data' },
    spec: { claimRef, csi: { driver: 'driver.longhorn.io', volumeHandle: 'vol-1' } },
  },
  {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Volume',
    metadata: { name: 'vol-1', namespace: 'longhorn-system' },
    spec: { size: '1073741824', backupTargetName: 'default', numberOfReplicas: 2, dataEngine: 'v1' },
    status: { state: 'attached', robustness: 'healthy', restoreInitiated: true, restoreRequired: false },
  },
];

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function callerOf({ fetch }: { readonly fetch: (request: Request) => Response | Promise<Response> }) {
  const read = async (request: Request): Promise<Answered> => {
    const answer = await fetch(request);
    return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
  };
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return {
    get: (path: string) => read(new Request(`http://soteria${path}`, { headers })),
    post: (path: string, body: object) =>
      read(new Request(`http://soteria${path}`, { method: 'POST', headers, body: JSON.stringify(body) })),
  };
}

/** Both functions over one cluster, as an installation has them. */
async function open(entries: readonly Entry[]) {
  const bench = createTestBench();
  bench.cluster.seed(...living, ...entries.map(objectOf));
  const verified = createVerifiedPoints(bench.client, 'soteria');
  for (const { name, isRefuted } of entries) {
    const judged = {
      namespace: 'shop',
      pvc: 'data',
      point: `longhorn:default/${name}`,
      at: '2026-01-20T00:00:00.000Z',
    };
    if (isRefuted) await verified.keep({ ...judged, outcome: 'refuted' });
  }
  const { now, tools } = bench;
  const cluster = createClusterReader(bench.client, 'cluster-1');
  const settings = { longhornNamespace: 'longhorn-system', longhornUrl: 'http://127.0.0.1:9' };
  const backup = createFunction(
    defineBackup({
      ...tools,
      memory: rememberKnown(),
      cluster,
      drivers: createBackupDrivers({ client: bench.client, store: tools.store, cluster, now, settings }),
      announce: () => Promise.resolve(),
      wakeOther: () => Promise.resolve(),
      authorize: () => Promise.resolve(),
      rules,
      settings: { driver: 'longhorn', authRequired: true },
      verified,
      now,
    }),
    {
      authenticate: () => Promise.resolve({ user: 'ann', groups: [], proof: 'token' }),
      log: silent,
      metrics: createMetrics(),
      now,
      settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
    },
  );
  return {
    ofBackup: callerOf(backup),
    ofRestore: callerOf(bench.app),
  };
}

type Installation = Awaited<ReturnType<typeof open>>;

interface Listed {
  readonly id: string;
  readonly data_as_of: string | null;
  readonly restorable: boolean;
  readonly origin: string;
  readonly refuted_at: string | null;
}

const claim = { namespace: 'shop', pvc: 'data' };

async function listed({ ofBackup }: Installation, limit: number): Promise<Listed[]> {
  const found: Listed[] = [];
  let next = '';
  do {
    const { body } = await ofBackup.get(`/v1/backups?namespace=shop&pvc=data&limit=${limit}${next}`);
    found.push(...(body['items'] as Listed[]));
    next = typeof body['next'] === 'string' ? `&next=${body['next']}` : '';
  } while (next !== '');
  return found;
}

/** The point that each door chooses for `latest`: its id, or null. */
async function latestOf({ ofRestore }: Installation) {
  const dry = { dry_run: true };
  const restore = await ofRestore.post('/v1/restores', { ...claim, target_pvc: 'data-2', ...dry });
  const test = await ofRestore.post('/v1/restore-test', { ...claim, ...dry });
  const whole = { namespace: 'shop', target_namespace: 'shop', name_suffix: '-2', pvcs: ['data'], ...dry };
  const namespace = await ofRestore.post('/v1/restores/namespace', whole);
  const [only] = (namespace.body['claims'] ?? []) as { readonly restore_point?: string }[];
  return {
    restore: restore.body['restore_point'],
    test: test.body['restore_point'],
    namespace: only?.restore_point ?? null,
  };
}

const usable = (point: Listed | undefined) =>
  point !== undefined && point.restorable && point.data_as_of !== null && point.origin !== 'other-cluster';

async function expectOneOrder(installation: Installation, entries: readonly Entry[], pageSize: number): Promise<void> {
  const all = await listed(installation, 1000);
  expect(await listed(installation, pageSize)).toEqual(all);
  const ids = all.map(({ id }) => id);
  const [first] = all;
  const latest = usable(first) ? (first?.id ?? null) : null;
  // The first point is the newest: no point that `latest` may choose has a younger instant.
  const youngest = Math.max(...all.filter(usable).map(({ data_as_of: at }) => Date.parse(at ?? '')));
  if (latest === null) expect(all.filter(usable)).toEqual([]);
  else expect(Date.parse(first?.data_as_of ?? '')).toBe(youngest);

  // A point without a maker belongs to the claim of the living volume, but not to a namespace that may be gone.
  const isNobodys = entries.find(({ name }) => `longhorn:default/${name}` === latest)?.by === 'nobody';
  const { namespace, ...single } = await latestOf(installation);
  expect(single).toEqual({ restore: latest, test: latest });
  if (!isNobodys) expect(namespace).toBe(latest);

  const { body: page } = await installation.ofRestore.get('/v1/recovery');
  const [shop] = page['namespaces'] as { readonly newest: string }[];
  if (!isNobodys) expect(shop?.newest ?? null).toBe(latest === null ? null : (first?.data_as_of ?? null));

  const asked = await installation.ofBackup.post('/v1/backup', { ...claim, max_age: '8760h' });
  if (latest === null || first?.refuted_at !== null) expect(asked.body['reused'] ?? false).toBe(false);
  else expect(asked.body).toMatchObject({ reused: true, restore_point: latest });
  expect(ids.length).toBe(entries.length);
}

const histories = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7'),
    // Few instants, so that many points share one.
    hour: fc.option(fc.nat({ max: 4 }), { nil: undefined, freq: 5 }),
    isZoned: fc.boolean(),
    isRestorable: fc.boolean(),
    isRefuted: fc.boolean(),
    by: fc.constantFrom(
      'here' as const,
      'gone' as const,
      'there' as const,
      'recurring-job' as const,
      'nobody' as const,
    ),
  }),
  { maxLength: 7, selector: ({ name }) => name },
);

it('the first of the list is what latest means in every door, before and after another cluster is adopted', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (entries, pageSize) => {
      const installation = await open(entries);
      await expectOneOrder(installation, entries, pageSize);
    }),
    { numRuns: 40 },
  );
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (entries, pageSize) => {
      const installation = await open(entries);
      const adoption = { cluster_id: 'gone', is_gone: true };
      const answer = await installation.ofRestore.post('/v1/backups/adopt', adoption);
      expect(answer.status).toBe(entries.some(({ by }) => by === 'gone') ? 200 : 404);
      if (answer.status === 200) {
        const ofGone = new Set(entries.filter(({ by }) => by === 'gone').map(({ name }) => `longhorn:default/${name}`));
        const first = (await listed(installation, 1000)).find(({ id }) => ofGone.has(id));
        expect(answer.body['newest']).toBe(usable(first) ? (first?.data_as_of ?? null) : null);
      }
      await expectOneOrder(installation, entries, pageSize);
    }),
    { numRuns: 40 },
  );
});
