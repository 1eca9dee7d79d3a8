/** Another driver than Longhorn takes a claim the whole way, with a folder of its own and a row in the table and nothing else. */
import { type Job, jobs, namespaces, persistentVolumeClaims, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { encodeVerdict, type Verdict } from '@soteria/shared/verification/verdict.ts';
import { describe, expect, it } from 'vitest';
import { createTestBench as createBackupBench } from '../../functions/backup/test-bench.ts';
import { advanceOperation as advanceBackup } from '../../functions/backup/advance.ts';
import { advanceOperation } from '../../functions/restore/advance.ts';
import { createTestBench as createRestoreBench, silent } from '../../functions/restore/test-bench.ts';
import { createMemoryBackups } from './memory-backups.ts';
import { createMemoryRepository, type MemoryRepository } from './memory-repository.ts';
import { createMemoryRestores } from './memory-restores.ts';

const verdict: Verdict = {
  version: 1,
  outcome: 'verified',
  strength: 'counts',
  weaker: [],
  files: 3,
  folders: 1,
  bytes: 17,
  sampled: 3,
  durationMs: 1,
  checks: [],
};
interface App {
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

/** The body of the answer, which must have this status. */
async function call(app: App, path: string, expected: number, body?: object, headers: Record<string, string> = {}) {
  const content = { 'content-type': 'application/json', ...headers };
  const init = body === undefined ? {} : { method: 'POST', headers: content, body: JSON.stringify(body) };
  const answer = await app.request(path, init);
  const text = await answer.text();
  expect(answer.status, text).toBe(expected);
  return JSON.parse(text === '' ? '{}' : text);
}

const request = { namespace: 'shop', pvc: 'data', driver: 'restic' };

function openBackups() {
  const repository = createMemoryRepository();
  const bench = createBackupBench((parts) => ({ restic: createMemoryBackups(repository, parts) }));
  const headers = { 'ce-specversion': '1.0', 'ce-source': '/t', 'ce-type': 'dev.knative.apiserver.ref.update' };
  return {
    ...bench,
    repository,
    /** The last copy changes, as the API server reports it. */
    async wake() {
      const { namespace, name } = [...repository.copies.values()].at(-1) ?? { namespace: '', name: '' };
      const reference = { kind: 'Copy', namespace, name, apiVersion: 'v1' };
      await call(bench.app, '/', 204, reference, { ...headers, 'ce-id': String(Math.random()) });
    },
    sweep: (name: string) => advanceBackup(bench.tools, { namespace: 'shop', name }, { log: silent }),
    get: async (name: string) => (await bench.store.get({ namespace: 'shop', name }))?.status,
  };
}

async function backedUp() {
  const bench = openBackups();
  const body = await call(bench.app, '/v1/backup', 202, request);
  bench.repository.endAll('done');
  await bench.wake();
  return { ...bench, asked: body };
}

async function openRestores(repository: MemoryRepository) {
  const bench = createRestoreBench((parts) => ({ restic: createMemoryRestores(repository, parts) }));
  const { client } = bench;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: proofNamespace } });
  return {
    ...bench,
    claims: async () => (await client.list(persistentVolumeClaims)).items,
    /** Kubernetes makes a volume for every claim. */
    async bindAll() {
      for (const { metadata } of (await client.list(persistentVolumeClaims)).items) {
        await client.patch(persistentVolumeClaims, metadata, { status: { phase: 'Bound' } }, { subresource: 'status' });
      }
    },
    async moved(name: string) {
      await advanceOperation(bench.tools, { namespace: 'shop', name }, { log: silent });
      return (await bench.store.get({ namespace: 'shop', name }))?.status;
    },
    async endJob({ metadata: { name, namespace = '', uid }, spec }: Job) {
      const container = spec?.template.spec?.containers[0]?.name ?? '';
      const message = encodeVerdict(verdict);
      const containerStatuses = [{ name: container, state: { terminated: { exitCode: 0, message } } }];
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid };
      const metadata = { name, namespace, labels: { 'job-name': name }, ownerReferences: [owner] };
      await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } });
      await client.patch(pods, metadata, { status: { containerStatuses } }, { subresource: 'status' });
      const conditions = [{ type: 'Complete', status: 'True' }];
      await client.patch(jobs, { name, namespace }, { status: { conditions } }, { subresource: 'status' });
    },
  };
}

describe('a driver that is no Longhorn', () => {
  it('backs a claim up, woken by an object in the namespace of the claim', async () => {
    const { asked, announced, get, slots } = await backedUp();
    expect(asked).toMatchObject({ driver: 'restic', volume: null });
    expect(await get(asked.operation)).toMatchObject({
      phase: 'Succeeded',
      work: { driver: 'restic', attempt: 1 },
      result: { restorePoint: expect.stringMatching(/^restic:memory\//) },
    });
    expect(announced.map((line) => line.split(' ')[1])).toEqual(['started', 'completed']);
    expect(await slots.entries()).toEqual([]);
  });

  it('goes on with what it has begun when the default is another driver', async () => {
    const bench = openBackups();
    const name = 'soteria-backup-data-20260131-013000';
    await bench.store.create({ namespace: 'shop', name, spec: { kind: 'Backup', request: { pvc: 'data' } } });
    const rules = { ...bench.tools.rules, defaultDriver: 'restic' as const };
    await advanceBackup({ ...bench.tools, rules }, { namespace: 'shop', name }, { log: silent });
    bench.repository.endAll('done');
    await bench.sweep(name);
    expect(await bench.get(name)).toMatchObject({ phase: 'Succeeded', work: { driver: 'restic' } });
  });

  it('tries again after a failed attempt, under the next name, as often as every driver', async () => {
    const bench = openBackups();
    const body = await call(bench.app, '/v1/backup', 202, request);
    for (let attempt = 1; attempt < bench.tools.rules.maxAttempts; attempt += 1) {
      bench.repository.endAll('failed');
      await bench.wake();
      expect((await bench.get(body.operation))?.message).toMatch(new RegExp(`^attempt ${attempt} of .* failed`));
      bench.pass(3_600_000);
      await bench.sweep(body.operation);
      expect((await bench.get(body.operation))?.work).toMatchObject({ attempt: attempt + 1, driver: 'restic' });
    }
    bench.repository.endAll('failed');
    await bench.wake();
    expect(await bench.get(body.operation)).toMatchObject({ phase: 'Failed', settled: true });
    expect(bench.repository.copies.size).toBe(0);
  });

  it('ends a copy that does not move', async () => {
    const bench = openBackups();
    const body = await call(bench.app, '/v1/backup', 202, request);
    bench.pass(bench.tools.rules.stallMs);
    await bench.sweep(body.operation);
    expect(await bench.get(body.operation)).toMatchObject({
      phase: 'Failed',
      error: { code: 'deadline_exceeded', fix: expect.stringMatching(/^look at the copy; then ask again/) },
    });
  });

  it('has its points in the list, beside the claim as it names what stands under it', async () => {
    const { app } = await backedUp();
    const body = await call(app, '/v1/backups?namespace=shop&pvc=data', 200);
    expect(body.items).toMatchObject([{ driver: 'restic', restorable: true, origin: 'own' }]);
    expect(body.notices).toEqual([]);
  });

  it('restores a point that its id names into a claim whose volume Kubernetes makes', async () => {
    const { repository, get, asked } = await backedUp();
    const point = (await get(asked.operation))?.result?.restorePoint ?? '';
    const bench = await openRestores(repository);
    const body = { namespace: 'shop', pvc: 'data', snapshot: point, target_pvc: 'data-2' };
    const plan = await call(bench.app, '/v1/restores', 200, { ...body, dry_run: true });
    expect(plan).toMatchObject({ driver: 'restic', blocked_by: [], point: { id: point } });
    const answer = await call(bench.app, '/v1/restores', 202, body);
    expect(answer).toMatchObject({ driver: 'restic', volume: null, restore_point: point });
    await bench.bindAll();
    expect(await bench.moved(answer.operation)).toMatchObject({ phase: 'Succeeded', settled: true });
    const [claim] = await bench.claims();
    expect(claim?.metadata.name).toBe('data-2');
    expect(claim?.metadata.labels?.[temporaryLabel]).toBeUndefined();
    expect([...repository.filled]).toEqual(['shop/data-2']);
    expect(await bench.slots.entries()).toEqual([]);
  });

  it('has a point proved by a restore test, which removes its claim', async () => {
    const { repository, get, asked } = await backedUp();
    const point = (await get(asked.operation))?.result?.restorePoint ?? '';
    const bench = await openRestores(repository);
    const test = { namespace: 'shop', pvc: 'data', snapshot: point };
    const body = await call(bench.app, '/v1/restore-test', 202, test);
    await bench.bindAll();
    await bench.moved(body.operation);
    const [job] = (await bench.client.list(jobs)).items;
    if (job === undefined) throw new Error('no Job looks at the restored claim');
    await bench.endJob(job);
    expect(await bench.moved(body.operation)).toMatchObject({
      phase: 'Succeeded',
      settled: true,
      result: { restorePoint: point, proof: { outcome: 'verified' } },
    });
    expect(await bench.claims()).toEqual([]);
  });
});
