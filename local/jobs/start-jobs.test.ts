import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import { type Job, jobs, persistentVolumeClaims, pods, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { commandJob } from '@soteria/shared/verification/command-job.ts';
import { readOutcome } from '@soteria/shared/verification/read-outcome.ts';
import { type VerificationJobInput, verificationJob } from '@soteria/shared/verification/verification-job.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../longhorn/testing/start-local-longhorn.ts';
import { until } from '../longhorn/testing/until.ts';
import { type LocalJobs, startJobs } from './start-jobs.ts';

const namespace = 'shop';
const image = 'ghcr.io/soteria-dev/soteria:0.1.0';

/** Takes the place of the image's runner, and behaves as its seed says. */
const standIn = `
const { readFileSync, writeFileSync } = require('node:fs');
const after = (name) => process.argv[process.argv.indexOf(name) + 1];
const claim = after('--mount').slice('claim='.length);
const scratch = after('--scratch').slice('scratch='.length);
const say = (text) => writeFileSync(process.env.SOTERIA_TERMINATION_MESSAGE_PATH, text);
const tried = (path) => { try { writeFileSync(path, 'x'); return 'written'; } catch (error) { return error.code; } };
switch (readFileSync(claim + '/what', 'utf8')) {
  case 'good': say('read'); break;
  case 'bad': say('refuted'); process.exit(1);
  case 'long': say('x'.repeat(9000)); break;
  case 'endless': setInterval(() => console.log('still here'), 20); break;
  case 'env': say([process.env.KEY, process.env.OWN, process.env.AS].join(' ')); break;
  case 'write': say([tried(claim + '/new'), tried(claim + '/what'), tried(scratch + '/new')].join(' ')); break;
}`;

describe('Jobs as processes', () => {
  let folder: string;
  let running: LocalJobs;
  let lines: string[];
  let client = createMemoryCluster({ namespaces: [namespace] }).client;

  const claimFolder = (_namespace: string, claim: string) => join(folder, 'claims', claim);
  const start = async () => {
    running = await startJobs({
      client,
      bundlesFolder: folder,
      dataDir: join(folder, 'jobs'),
      claimFolder,
      accountEnv: (serviceAccount) => Promise.resolve({ AS: serviceAccount }),
      log: silentLog,
      onLine: (_pod, _stream, line) => lines.push(line),
      pollMs: 5,
    });
  };

  beforeEach(async () => {
    client = createMemoryCluster({ namespaces: [namespace] }).client;
    folder = await mkdtemp(join(tmpdir(), 'local-jobs-'));
    lines = [];
    await writeFile(join(folder, 'runner.cjs'), standIn);
    await start();
  });
  afterEach(async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function addClaim(what: string, phase = 'Bound'): Promise<void> {
    await mkdir(claimFolder(namespace, 'data'), { recursive: true });
    await writeFile(join(claimFolder(namespace, 'data'), 'what'), what);
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace },
      spec: {},
    });
    await setPhase(phase);
  }

  async function setPhase(phase: string): Promise<void> {
    const at = { name: 'data', namespace };
    await client.patch(persistentVolumeClaims, at, { status: { phase } }, { subresource: 'status' });
  }

  function draft(more: Partial<VerificationJobInput> = {}): Draft<Job> {
    return verificationJob({
      operation: { uid: '0b9a5c1e-2d3f-4a5b-8c6d-7e8f90a1b2c3', name: 'operation', namespace },
      namespace,
      claim: 'data',
      image,
      checks: {},
      deadlineSeconds: 60,
      ttlSeconds: 600,
      ...more,
    });
  }

  function commandDraft(its: string, argv: readonly string[]): Draft<Job> {
    const { metadata } = draft();
    const operation = { uid: metadata.labels?.[operationUidLabel] ?? '', name: 'operation', namespace };
    return commandJob({
      operation,
      namespace,
      claim: 'data',
      image: its,
      argv,
      deadlineSeconds: 60,
      ttlSeconds: 600,
    });
  }

  const read = async ({ metadata }: Job) => client.get(jobs, { name: metadata.name, namespace });
  const podsOf = async () => (await client.list(pods, { namespace })).items;

  async function endOf(job: Job) {
    return until('the Job has ended', async () => {
      const found = await read(job);
      const end = found?.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
      return end !== undefined && { type: end.type, reason: end.reason, message: end.message };
    });
  }

  const isEmpty = (name: string) =>
    until(`${name} is empty`, async () => (await readdir(join(folder, name))).length === 0);
  const messageOf = async () => (await podsOf())[0]?.status?.containerStatuses?.[0]?.state?.terminated?.message;

  test('end with the exit code and the termination message of the process', async () => {
    await addClaim('good');
    const job = await client.create(jobs, draft());
    expect(await endOf(job)).toMatchObject({ type: 'Complete' });
    const [pod] = await podsOf();
    expect(pod).toMatchObject({
      metadata: { labels: { 'job-name': job.metadata.name }, ownerReferences: [{ uid: job.metadata.uid }] },
      status: {
        phase: 'Succeeded',
        containerStatuses: [
          { name: 'verify', state: { terminated: { exitCode: 0, reason: 'Completed', message: 'read' } } },
        ],
      },
    });
    expect((await read(job))?.status).toMatchObject({ succeeded: 1, active: 0 });
    await isEmpty('jobs');
  });

  test('fail once, with the message of the process', async () => {
    await addClaim('bad');
    const job = await client.create(jobs, draft());
    expect(await endOf(job)).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' });
    expect(await messageOf()).toBe('refuted');
    expect(await podsOf()).toHaveLength(1);
    expect((await read(job))?.status).toMatchObject({ failed: 1, active: 0 });
  });

  test('have a message of 4096 bytes at most', async () => {
    await addClaim('long');
    await endOf(await client.create(jobs, draft()));
    expect(await messageOf()).toBe('x'.repeat(4096));
  });

  test('cannot write to what is mounted read-only, whatever user runs them', async () => {
    await addClaim('write');
    await endOf(await client.create(jobs, draft()));
    expect(await messageOf()).toBe('ERR_ACCESS_DENIED ERR_ACCESS_DENIED written');
    expect(await readdir(claimFolder(namespace, 'data'))).toEqual(['what']);
    expect(await readFile(join(claimFolder(namespace, 'data'), 'what'), 'utf8')).toBe('write');
  });

  test('have the variables of their ConfigMaps and Secrets, and the account that their Pod names', async () => {
    await addClaim('env');
    await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace },
      data: { KEY: Buffer.from('s3cret').toString('base64') },
    });
    const job = draft();
    const spec = job.spec?.template.spec;
    const [container] = spec?.containers ?? [];
    if (spec === undefined || container === undefined) throw new Error('the Job has no container');
    spec.serviceAccountName = 'lister';
    container.envFrom = [{ secretRef: { name: 'keys' } }, { configMapRef: { name: 'none', optional: true } }];
    container.env = [{ name: 'OWN', value: 'own' }];
    await endOf(await client.create(jobs, job));
    expect(await messageOf()).toBe('s3cret own lister');
  });

  test('wait for their claim', async () => {
    await addClaim('good', 'Pending');
    const job = await client.create(jobs, draft());
    await until('the Job is accepted', async () => (await read(job))?.status?.startTime);
    expect(await podsOf()).toEqual([]);
    await setPhase('Bound');
    expect(await endOf(job)).toMatchObject({ type: 'Complete' });
  });

  test('are killed at their deadline', async () => {
    await addClaim('endless');
    const job = await client.create(jobs, draft({ deadlineSeconds: 1 }));
    expect(await endOf(job)).toMatchObject({ type: 'Failed', reason: 'DeadlineExceeded' });
    expect((await podsOf())[0]?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137 });
    const count = lines.length;
    await until('nothing is printed any more', async () => lines.length === count);
  });

  test('are killed and leave nothing when they are deleted', async () => {
    await addClaim('endless');
    const job = await client.create(jobs, draft());
    await until('the process prints', async () => lines.length > 0);
    await client.delete(jobs, { name: job.metadata.name, namespace });
    await until('its Pod is gone', async () => (await podsOf()).length === 0);
    await isEmpty('jobs');
  });

  test('that a restart has interrupted have failed, and are not run again', async () => {
    await addClaim('endless');
    const job = await client.create(jobs, draft());
    await until('the process prints', async () => lines.length > 0);
    await running.stop();
    await start();
    expect(await endOf(job)).toMatchObject({ type: 'Failed', reason: 'PodLost' });
    expect(await podsOf()).toHaveLength(1);
    const found = await read(job);
    if (found === undefined) throw new Error('the Job is gone');
    expect(readOutcome(found, await podsOf())).toMatchObject({ outcome: 'inconclusive', why: /restarted/ });
  });

  test('that were deleted while nothing watched leave no Pod', async () => {
    await addClaim('endless');
    const job = await client.create(jobs, draft());
    await until('the process prints', async () => lines.length > 0);
    await running.stop();
    await client.delete(jobs, { name: job.metadata.name, namespace });
    expect(await podsOf()).toHaveLength(1);
    await start();
    await until('its Pod is gone', async () => (await podsOf()).length === 0);
  });

  test('are deleted when their time to live is over', async () => {
    await addClaim('good');
    const job = await client.create(jobs, draft({ ttlSeconds: 0 }));
    await until('the Job is gone', async () => (await read(job)) === undefined);
    await until('its Pod is gone', async () => (await podsOf()).length === 0);
  });

  test('with a foreign image are refused by name', async () => {
    await addClaim('good');
    const job = await client.create(jobs, commandDraft('postgres:17', ['pg_controldata']));
    expect(await endOf(job)).toMatchObject({ reason: 'ImageRefused', message: expect.stringContaining('postgres:17') });
    expect(await podsOf()).toEqual([]);
  });

  test('run a command of the user that our image has', async () => {
    await addClaim('good');
    const script = "console.log('rows missing in ' + process.cwd().split('/').at(-1)); process.exit(4)";
    const argv = ['/nodejs/bin/node', '-e', script];
    const job = await client.create(jobs, commandDraft(image, argv));
    expect(await endOf(job)).toMatchObject({ type: 'Failed' });
    expect((await podsOf())[0]?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 4,
      message: 'rows missing in data',
    });
  });

  test('that Soteria did not make are left alone', async () => {
    await addClaim('good');
    const foreign = draft();
    const job = await client.create(jobs, { ...foreign, metadata: { name: 'foreign', namespace } });
    const own = await client.create(jobs, draft());
    await endOf(own);
    expect((await read(job))?.status).toEqual({});
  });
});
