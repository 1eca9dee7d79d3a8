/** The verdict of a restore test with its measured times, as the record keeps it. Pure. */
import type { Operation, OperationResult } from '@soteria/shared/operation/record/schema.ts';
import { shorten, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { VerificationEnd } from '@soteria/shared/verification/read-outcome.ts';
import type { Weakness } from '@soteria/shared/verification/verdict.ts';
import { proofStep } from '../../../drivers/restore/about-operation.ts';
import { verifiersOf } from './verifiers-of.ts';

const noVerifier: Weakness = 'no_verifier';

/** Milliseconds from one instant of the record to another. */
function between(from: string | undefined, to: string): number {
  return from === undefined ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}

export function proofResult(operation: Operation, ended: VerificationEnd, now: Date): OperationResult {
  const { work, startedAt, steps } = statusOf(operation);
  const { outcome, why, verdict } = ended;
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
            ...(verdict.manifest === undefined ? {} : { manifest: verdict.manifest }),
            files: verdict.files,
            bytes: String(verdict.bytes),
            sampled: verdict.sampled,
          }),
    },
  };
}
