/** The claim and the Jobs of a self-test. Pure. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { restrictedContainer, restrictedPod } from '@soteria/shared/job/restricted-pod.ts';
import { claimMountPath } from '@soteria/shared/job/job-frame.ts';
import { verifyContainer } from '@soteria/shared/verification/verification-job.ts';
import { functionName } from '../../../drivers/restore/about-operation.ts';
import {
  claimNames,
  defaultSize,
  jobName,
  type JobTask,
  marksOf,
  storageClassOf,
  testBytes,
} from './about-self-test.ts';
import type { SelfTestRules } from './world.ts';

/** Should nobody remove it. */
const ttlSeconds = 86_400;

export function claimDraft(operation: Operation): Draft<PersistentVolumeClaim> {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace: operation.metadata.namespace,
      name: claimNames(operation).source,
      labels: { ...marksOf(operation) },
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      storageClassName: storageClassOf(operation),
      resources: { requests: { storage: operation.spec.request.size ?? defaultSize } },
    },
  };
}

/** The seed is the operation's uid: no two self-tests write the same bytes. */
export function jobDraft(operation: Operation, task: JobTask, { runnerImage, deadlineMs }: SelfTestRules): Draft<Job> {
  const { source, restored } = claimNames(operation);
  const { namespace, uid } = operation.metadata;
  const labels = { ...marksOf(operation) };
  const options = ['--mount', `claim=${claimMountPath}`, '--seed', uid, '--bytes', String(testBytes)];
  const isReadOnly = task === 'compare';
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(operation, task), namespace, labels: { ...labels, [watchLabel]: functionName } },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: Math.ceil(deadlineMs / 1_000),
      ttlSecondsAfterFinished: ttlSeconds,
      template: {
        metadata: { labels },
        spec: {
          ...restrictedPod,
          containers: [
            {
              // The name its verdict is read by.
              name: verifyContainer,
              image: runnerImage,
              args: ['runner.cjs', task, ...options],
              terminationMessagePolicy: 'File',
              ...restrictedContainer,
              volumeMounts: [{ name: 'claim', mountPath: claimMountPath, ...(isReadOnly ? { readOnly: true } : {}) }],
            },
          ],
          volumes: [{ name: 'claim', persistentVolumeClaim: { claimName: isReadOnly ? restored : source } }],
        },
      },
    },
  };
}
