/**
 * A restore test, once its claim is bound: a Job looks at the claim, and what it says is the verdict. Everything that was made stays
 * temporary: `decide-ending.ts` removes it, whatever the verdict.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Operation, OperationResult } from '@soteria/shared/operation/schema.ts';
import { advance, refuse, shorten, statusOf, succeed } from '@soteria/shared/operation/status.ts';
import { type VerificationOutcome } from '@soteria/shared/verification/read-outcome.ts';
import type { Weakness } from '@soteria/shared/verification/verdict.ts';
import { verificationJob } from '@soteria/shared/verification/verification-job.ts';
import { baselineOf } from './baseline-of.ts';
import { verifiersOf } from './verifiers-of.ts';
import { isOurs } from '../longhorn/about-operation.ts';
import type { Action } from '../longhorn/action.ts';
import { waitFor } from '../longhorn/deadline.ts';
import type { Situation } from '../longhorn/decide.ts';

/** For the Job alone, from its start. */
const deadlineSeconds = 3600;
/** Should nobody remove it. */
const ttlSeconds = 86_400;

export const proofStep = 'verify';
const noVerifier: Weakness = 'no_verifier';

type Ended = Extract<VerificationOutcome, { state: 'ended' }>;

function makeJob({ operation, world, rules }: Situation): Action {
  if (world.earlier === undefined) return { do: 'look', at: 'earlier' };
  const { verify = {} } = operation.spec.request;
  const { work } = statusOf(operation);
  const tested = { point: work?.restorePoint ?? '', dataAsOf: work?.dataAsOf };
  const { namespace, pvc } = claimRefOf(operation);
  const { uid, name, namespace: home = '' } = operation.metadata;
  return {
    do: 'create-job',
    draft: verificationJob({
      operation: { uid, name, namespace: home },
      namespace,
      claim: pvc,
      image: rules.runnerImage,
      checks: {
        ...baselineOf(world.earlier.seen, tested),
        minFiles: verify.minFiles,
        minBytes: verify.minBytes,
        maxDropPercent: verify.maxDropPercent,
        sampleChecksums: verify.sampleChecksums,
        manifest: verify.manifest,
        ...(verify.databaseFiles === undefined
          ? { findSqlite: verify.database === 'sqlite' }
          : { sqlite: verify.databaseFiles }),
      },
      command: verify.command,
      deadlineSeconds,
      ttlSeconds,
    }),
  };
}

/** Milliseconds from one instant of the record to another. */
function between(from: string | undefined, to: string): number {
  return from === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}

function resultOf(operation: Operation, { outcome, why, verdict }: Ended, now: Date): OperationResult {
  const { work, startedAt, steps } = statusOf(operation);
  const verifiers = verifiersOf(operation.spec.request);
  const at = now.toISOString();
  const verifyAt = steps.find(({ name }) => name === proofStep)?.startedAt ?? at;
  return {
    ...(work?.restorePoint === undefined ? {} : { restorePoint: work.restorePoint }),
    ...(work?.dataAsOf === undefined ? {} : { dataAsOf: work.dataAsOf }),
    ...(work?.backup === undefined ? {} : { backup: work.backup }),
    restoreMs: between(startedAt, verifyAt),
    proof: {
      outcome,
      why: shorten(why, 256),
      verifyMs: between(verifyAt, at),
      totalMs: between(startedAt, at),
      verifiers,
      ...(verdict === undefined
        ? {}
        : {
            strength: verdict.strength,
            weaker: [...(verifiers.length === 0 ? [noVerifier] : []), ...verdict.weaker].slice(0, 8),
            files: verdict.files,
            bytes: String(verdict.bytes),
            sampled: verdict.sampled,
          }),
    },
  };
}

function decideVerdict({ operation, now }: Situation, ended: Ended): Action {
  const status = statusOf(operation);
  const { namespace, pvc } = sourceRefOf(operation);
  const point = status.work?.restorePoint ?? '';
  const result = resultOf(operation, ended, now);
  if (ended.outcome === 'verified') {
    const done = `restore point ${point} of claim ${namespace}/${pvc} is proved: ${ended.why}`;
    return { do: 'record', status: succeed(status, result, done, now) };
  }
  const error =
    ended.outcome === 'refuted'
      ? new SoteriaError('restore_refuted', {
          what: `restore point ${point} of claim ${namespace}/${pvc} is refuted`,
          why: ended.why,
          fix: 'do not rely on this point: test an earlier one, and make a full backup now',
        })
      : new SoteriaError('restore_unproved', {
          what: `restore point ${point} of claim ${namespace}/${pvc} is neither proved nor refuted`,
          why: ended.why,
          fix: 'remove the cause and ask for the test again',
        });
  return { do: 'record', status: { ...refuse(status, 'Failed', error, now), result } };
}

export function decideProof(situation: Situation): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const unproved = (why: string): Action =>
    decideVerdict(situation, { state: 'ended', outcome: 'inconclusive', why, verdict: undefined });
  if (world.refusal !== undefined) return unproved(world.refusal.explanation.why);
  if (world.proof === undefined) return { do: 'look', at: 'proof' };
  const proof = world.proof.seen;
  if (proof === undefined) {
    return status.work?.jobMade === true ? unproved('its Job was deleted by somebody') : makeJob(situation);
  }
  if (!isOurs(operation, proof.labels)) return unproved(`a Job ${proof.name} exists that was not made for it`);
  if (status.work?.jobMade !== true) {
    const message = `Job ${proof.name} looks at the restored claim`;
    const step = { step: proofStep, progress: 92, message, work: { jobMade: true } };
    return { do: 'record', status: advance(status, step, now) };
  }
  return proof.outcome.state === 'running'
    ? waitFor(situation, `Job ${proof.name} looks at the restored claim`)
    : decideVerdict(situation, proof.outcome);
}
