/** The Jobs of a restore test, as they are made: from its record, and what was proved before. Pure. */
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { durationMs } from '@soteria/shared/operation/kinds/duration.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { commandJob } from '@soteria/shared/verification/command-job.ts';
import { verificationJob } from '@soteria/shared/verification/verification-job.ts';
import { baselineOf } from './baseline-of.ts';
import { wasReadIn } from './was-read.ts';

/** For our own Job, from its start: reading a large claim whole takes hours. */
export const verifySeconds = 6 * 3600;
const commandSeconds = 600;
export const longestCommandSeconds = 86_400;
/** Should nobody remove it. */
const ttlSeconds = 86_400;

/** Of the command, from the start of its Job. */
export function commandSecondsOf({ spec }: Operation): number {
  const { timeout } = spec.request.verify?.command ?? {};
  return timeout === undefined ? commandSeconds : durationMs(timeout) / 1000;
}

function frameOf(operation: Operation, deadlineSeconds: number) {
  const { namespace, pvc } = claimRefOf(operation);
  const { uid, name, namespace: home = '' } = operation.metadata;
  return { operation: { uid, name, namespace: home }, namespace, claim: pvc, deadlineSeconds, ttlSeconds };
}

export function verifyDraft(operation: Operation, image: string, earlier: ClaimProof | undefined) {
  const { verify = {} } = operation.spec.request;
  const { work } = statusOf(operation);
  const tested = { point: work?.restorePoint ?? '', dataAsOf: work?.dataAsOf };
  return verificationJob({
    ...frameOf(operation, verifySeconds),
    image,
    checks: {
      ...(work?.foreignCluster === undefined
        ? { ...baselineOf(earlier, tested), ...wasReadIn(earlier, tested.point, operation.spec.request) }
        : {}),
      minFiles: verify.minFiles,
      minBytes: verify.minBytes,
      maxDropPercent: verify.maxDropPercent,
      sampleChecksums: verify.sampleChecksums,
      manifest: verify.manifest,
      ...(verify.databaseFiles === undefined
        ? { findSqlite: verify.database === 'sqlite' }
        : { sqlite: verify.databaseFiles }),
    },
  });
}

/** Undefined when the request has none. */
export function commandDraft(operation: Operation) {
  const { command } = operation.spec.request.verify ?? {};
  if (command === undefined) return undefined;
  const { image, argv } = command;
  return commandJob({ ...frameOf(operation, commandSecondsOf(operation)), image, argv });
}
