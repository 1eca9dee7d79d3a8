/** The Job of a restore test on a real API server: its admission, and its run from creation to deletion. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startJobs } from '@soteria/local/jobs/start-jobs.ts';
import { silentLog } from '@soteria/local/longhorn/testing/start-local-longhorn.ts';
import { jobs, persistentVolumeClaims, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { commandJob } from '@soteria/shared/verification/command-job.ts';
import { readOutcome } from '@soteria/shared/verification/read-outcome.ts';
import { type VerificationJobInput, verificationJob } from '@soteria/shared/verification/verification-job.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleFunctions } from '../../scripts/bundle-functions.ts';
import { describeWithControllers, useApiServer } from '../servers/require-api-server.ts';
import { waitUntil } from '../servers/wait-until.ts';

describeWithControllers('the Job of a restore test', () => {
  const server = useApiServer();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verification-'));
    await bundleFunctions({ outDir: join(folder, 'functions') });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function connect() {
    const { url, caPem, adminToken } = server.access;
    return createWatchingClient({ server: new URL(url), ca: caPem, token: () => Promise.resolve(adminToken) });
  }

  /** A namespace with the pod security of the shipped namespace. */
  async function restrictedNamespace(): Promise<string> {
    const namespace = await server.createNamespace('proof');
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await server.admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
    await waitUntil('the namespace has its account', async () => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
      return (await server.admin.call('GET', path)).status === 200;
    });
    return namespace;
  }

  const input = (namespace: string, more: Partial<VerificationJobInput> = {}): VerificationJobInput => ({
    operation: { uid: '0b9a5c1e-2d3f-4a5b-8c6d-7e8f90a1b2c3', name: 'soteria-restoretest-data', namespace },
    namespace,
    claim: 'data',
    image: 'ghcr.io/soteria-dev/soteria:0.1.0',
    checks: { expectFiles: 2, sampleChecksums: 5 },
    deadlineSeconds: 60,
    ttlSeconds: 600,
    ...more,
  });

  it('is accepted strictly, and so is its Pod where only restricted Pods may run', async () => {
    const namespace = await restrictedNamespace();
    const own = verificationJob(input(namespace));
    const theirs = commandJob({ ...input(namespace), image: 'registry.example/check:1', argv: ['check'] });
    const strictly = '?dryRun=All&fieldValidation=Strict';
    const podOf = (job: typeof own) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'pod' },
      spec: job.spec?.template.spec,
    });
    for (const job of [own, theirs]) {
      await server.admin.must('POST', `/apis/batch/v1/namespaces/${namespace}/jobs${strictly}`, job);
      await server.admin.must('POST', `/api/v1/namespaces/${namespace}/pods${strictly}`, podOf(job));
    }
    const pod = podOf(theirs);
    const privileged = { ...pod, spec: { ...pod.spec, hostNetwork: true } };
    const answer = await server.admin.call('POST', `/api/v1/namespaces/${namespace}/pods${strictly}`, privileged);
    expect(answer.status).toBe(403);
  });

  it('runs as a process, reaches a verdict, and is deleted with its Pod', async () => {
    const client = connect();
    const namespace = await restrictedNamespace();
    const claimFolder = (_namespace: string, claim: string) => join(folder, 'claims', claim);
    await mkdir(claimFolder(namespace, 'data'), { recursive: true });
    await writeFile(join(claimFolder(namespace, 'data'), 'one'), 'first');
    await writeFile(join(claimFolder(namespace, 'data'), 'two'), 'second');
    await client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await client.patch(
      persistentVolumeClaims,
      { name: 'data', namespace },
      { status: { phase: 'Bound' } },
      { subresource: 'status' },
    );
    const local = await startJobs({
      client,
      bundlesFolder: join(folder, 'functions'),
      dataDir: join(folder, 'jobs'),
      claimFolder,
      accountEnv: () => Promise.resolve({}),
      log: silentLog,
      onLine: () => undefined,
      pollMs: 20,
    });
    try {
      const job = await client.create(jobs, verificationJob(input(namespace)));
      const told = await waitUntil('there is a verdict', async () => {
        const found = await client.get(jobs, { name: job.metadata.name, namespace });
        if (found === undefined) return false;
        const outcome = readOutcome(found, (await client.list(pods, { namespace })).items);
        return outcome.state === 'ended' && outcome;
      });
      expect(told).toMatchObject({ outcome: 'verified', verdict: { files: 2, bytes: 11, sampled: 2 } });
      await client.delete(jobs, { name: job.metadata.name, namespace }, { propagationPolicy: 'Background' });
      await waitUntil('its Pod is gone', async () => (await client.list(pods, { namespace })).items.length === 0);
    } finally {
      await local.stop();
    }
  });
});
