import { describe, expect, test } from 'vitest';
import { commandJob, commandJobName } from './command-job.ts';
import { type VerificationJobInput, verificationJob, verificationJobName } from './verification-job.ts';

const input: VerificationJobInput = {
  operation: { uid: '0b9a5c1e-2d3f-4a5b-8c6d-7e8f90a1b2c3', name: 'soteria-restoretest-data-1', namespace: 'shop' },
  namespace: 'soteria-proof',
  claim: 'proof-data',
  image: 'ghcr.io/soteria-dev/soteria:0.1.0',
  checks: {
    expectFiles: 3,
    minBytes: 0,
    sampleChecksums: 20,
    sqlite: ['app/one.db', '-two.db'],
    findSqlite: true,
    maxDropPercent: 30,
    baselineFiles: 9,
  },
  deadlineSeconds: 900,
  ttlSeconds: 600,
};

const podOf = (more: Partial<VerificationJobInput> = {}) => verificationJob({ ...input, ...more }).spec?.template.spec;
const theirs = commandJob({ ...input, image: 'registry.example/psql:17', argv: ['pg_controldata', '/claim'] });
const both = [
  { which: 'verify', job: verificationJob(input) },
  { which: 'command', job: theirs },
];

describe('the Job of a verification', () => {
  test.each(both)('keeps to the restricted Pod Security Standard: $which', ({ which, job }) => {
    const pod = job.spec?.template.spec;
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers', 'ephemeralContainers']) {
      expect(pod).not.toHaveProperty(key);
    }
    expect(pod?.containers.map(({ name }) => name)).toEqual([which]);
    for (const { securityContext, ports, volumeMounts } of pod?.containers ?? []) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(ports).toBeUndefined();
      expect(volumeMounts).toContainEqual({ name: 'claim', mountPath: '/claim', readOnly: true });
    }
    const allowed = new Set([
      'configMap',
      'csi',
      'downwardAPI',
      'emptyDir',
      'ephemeral',
      'persistentVolumeClaim',
      'projected',
    ]);
    const kinds = pod?.volumes?.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
    expect(kinds?.filter((kind) => !allowed.has(kind))).toEqual([]);
  });

  test.each(both)('gets no token and no addresses of services: $which', ({ job }) => {
    const pod = job.spec?.template.spec;
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod).not.toHaveProperty('serviceAccountName');
  });

  test.each(both)('is tried once, has a deadline, and goes by itself: $which', ({ job: { spec } }) => {
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 900, ttlSecondsAfterFinished: 600 });
    expect(spec?.template.spec?.restartPolicy).toBe('Never');
  });

  test('carries the marks by which it is found, watched and removed', () => {
    const { metadata } = verificationJob(input);
    expect(metadata.labels).toMatchObject({
      'soteria.dev/watch': 'restore',
      'soteria.dev/temporary': 'true',
      'soteria.dev/operation-uid': input.operation.uid,
      'soteria.dev/operation-name': input.operation.name,
      'soteria.dev/operation-namespace': 'shop',
    });
    expect(metadata.name).toBe(verificationJobName(input.operation.uid));
    expect(metadata.name).not.toBe(verificationJobName(`${input.operation.uid}x`));
    expect(metadata).not.toHaveProperty('ownerReferences');
  });

  test.each(both)('bounds what it may take: $which', ({ job }) => {
    for (const { resources } of job.spec?.template.spec?.containers ?? []) {
      expect(resources).toMatchObject({
        requests: { memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  test('asks the runner for exactly the checks that are wanted', () => {
    expect(podOf()?.containers[0]?.args).toEqual([
      'runner.cjs',
      'verify',
      '--mount',
      'claim=/claim',
      '--scratch',
      'scratch=/scratch',
      '--scratch-bytes',
      '4294967296',
      '--seed',
      input.operation.uid,
      '--expect-files',
      '3',
      '--baseline-files',
      '9',
      '--max-drop',
      '30',
      '--min-bytes',
      '0',
      '--sample',
      '20',
      '--sqlite=app/one.db',
      '--sqlite=-two.db',
      '--find-sqlite',
    ]);
    const bare = podOf({ checks: { mayBeEmpty: true, manifest: 'SHA256SUMS' } });
    expect(bare?.containers).toHaveLength(1);
    expect(bare?.containers[0]?.args?.slice(10)).toEqual(['--manifest=SHA256SUMS', '--may-be-empty']);
  });

  test('of a command is another one, in the image and with the program of the user, in the folder of the claim', () => {
    expect(theirs.metadata.name).toBe(commandJobName(input.operation.uid));
    expect(theirs.metadata.name).not.toBe(verificationJobName(input.operation.uid));
    expect(theirs.spec?.template.spec?.containers).toMatchObject([
      { image: 'registry.example/psql:17', command: ['pg_controldata', '/claim'], workingDir: '/claim' },
    ]);
  });
});
