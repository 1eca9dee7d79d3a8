/** A long measurement on the embedded default: the Job runs as a process, and its numbers match the folder. */
import { folderVersions } from '@soteria/local/bucket/folder-versions.ts';
import { configMaps, jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../servers/wait-until.ts';
import { isAbout, type LocalBed, startLocalBed } from './local-bed.ts';
import type { UsageReport } from './usage-report.ts';

const claim = { namespace: 'shop', name: 'data' };
const namespace = 'soteria';
let bed: LocalBed;

beforeAll(async () => {
  bed = await startLocalBed();
  const at = { namespace, name: 'soteria-config' };
  await bed.local.cluster.client.patch(configMaps, at, { data: { SOTERIA_B2_JOB_AFTER_SECONDS: '0' } });
  await bed.makeClaims([claim], { 'a.txt': 'one', 'b.bin': Buffer.alloc(3_000_000, 7) });
});
afterAll(() => bed.stop());

async function call(method: string, path: string, body?: object): Promise<{ status: number; body: UsageReport }> {
  const headers = { 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(new URL(path, bed.local.frontDoorUrl), init);
  return { status: answer.status, body: (await answer.json()) as UsageReport };
}

const report = async (): Promise<UsageReport> => (await call('GET', '/v1/b2')).body;

it('is listed by a Job, recorded by the function, and leaves no Job behind', async () => {
  await call('POST', '/v1/backup', { namespace: claim.namespace, pvc: claim.name });
  const backup = await bed.waitForEnd('the backup', isAbout(claim));
  expect(backup.status?.phase).toBe('Succeeded');
  expect((await call('POST', '/v1/b2/measure')).status).toBe(202);
  const job = await waitUntil('a Job is at it', async () => (await report()).measuring?.job ?? false);
  expect(job).toMatch(/^soteria-usage-/);
  const measured = await waitUntil('it is measured', async () => {
    const now = await report();
    return (now.totals !== null || now.failure !== null) && now;
  });
  expect(measured).toMatchObject({ state: 'measured', failure: null });
  const files = await folderVersions(bed.local.targetFolder);
  expect(measured.totals).toMatchObject({
    current_objects: files.length,
    current_bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  });
  expect(measured.claims).toMatchObject([{ namespace: 'shop', pvc: 'data', backups: 1 }]);
  const { client } = bed.local.cluster;
  await waitUntil('the Job is gone', async () => (await client.list(jobs, { namespace })).items.length === 0);
});
