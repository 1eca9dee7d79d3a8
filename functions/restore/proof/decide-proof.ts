/**
 * A restore test, once its claim is bound: a Job of ours looks at the claim; when that has passed, one with the command of the user. What
 * they say is the verdict. Everything that was made stays temporary: `decide-ending.ts` removes it, whatever the verdict.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { advance, refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { readCommand, withCommand } from '@soteria/shared/verification/read-command.ts';
import { readOutcome, type VerificationEnd } from '@soteria/shared/verification/read-outcome.ts';
import { isOurs, proofStep } from '../../../drivers/restore/about-operation.ts';
import type { RestoreStep } from '../../../drivers/restore/action.ts';
import { waitFor } from '../../../drivers/restore/deadline.ts';
import type { Situation } from '../../../drivers/restore/situation.ts';
import { commandDraft, commandSecondsOf, verifyDraft, verifySeconds } from './proof-drafts.ts';
import type { ProofJob } from '@soteria/shared/verification/proof-jobs.ts';
import { proofResult } from './proof-result.ts';

const commandStep = 'command';

function decideVerdict({ operation, now }: Situation, ended: VerificationEnd): RestoreStep {
  const status = statusOf(operation);
  const { namespace, pvc } = sourceRefOf(operation);
  const point = status.work?.restorePoint ?? '';
  const result = proofResult(operation, ended, now);
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
          fix: 'correct the request or remove the cause, then ask for the test again; a claim that is meant to be smaller: once with max_drop_percent',
        });
  return { do: 'record', status: { ...refuse(status, 'Failed', error, now), result } };
}

/** A Job that works has a deadline of its own, and is stuck only when that is over; one that does not even start is stuck before. */
function waitForJob(situation: Situation, { job }: ProofJob, seconds: number, what: string): RestoreStep {
  const { rules } = situation;
  const hasStarted = (job.status?.ready ?? 0) > 0;
  const stallMs = rules.stallMs + (hasStarted ? seconds * 1000 : 0);
  const doing = hasStarted ? what : `${what}: its Pod has not started yet`;
  return waitFor({ ...situation, rules: { ...rules, stallMs } }, doing);
}

/** Why a Job that was made cannot be relied on. */
function whyLost(situation: Situation, seen: ProofJob | undefined, which: string): string | undefined {
  if (seen === undefined) return `its Job for ${which} was deleted by somebody, or may no longer be looked at`;
  if (!isOurs(situation.operation, seen.labels)) return `a Job ${seen.name} exists that was not made for it`;
  return undefined;
}

function decideCommand(situation: Situation, ours: VerificationEnd): RestoreStep {
  const { operation, world, now } = situation;
  const draft = commandDraft(operation);
  if (draft === undefined || ours.outcome !== 'verified') return decideVerdict(situation, ours);
  const status = statusOf(operation);
  const impossible = (detail: string): RestoreStep =>
    decideVerdict(situation, withCommand(ours, { name: commandStep, outcome: 'impossible', detail }));
  if (world.refusal !== undefined) return impossible(world.refusal.explanation.why);
  if (world.command === undefined) return { do: 'look', at: 'command' };
  const { seen } = world.command;
  const isMade = status.work?.commandMade === true;
  if (seen === undefined && !isMade) return { do: 'create-job', draft, as: 'command' };
  const lost = whyLost(situation, seen, 'the command');
  if (seen === undefined || lost !== undefined) return impossible(lost ?? '');
  const message = `Job ${seen.name} runs the command of the request over the restored claim`;
  if (!isMade) {
    const step = { step: commandStep, progress: 96, message, work: { commandMade: true } };
    return { do: 'record', status: advance(status, step, now) };
  }
  const outcome = readCommand(seen.job, seen.pods);
  return outcome.state === 'running'
    ? waitForJob(situation, seen, commandSecondsOf(operation), message)
    : decideVerdict(situation, withCommand(ours, outcome.check));
}

export function decideProof(situation: Situation): RestoreStep {
  const { operation, world, rules, now } = situation;
  const status = statusOf(operation);
  const isMade = status.work?.jobMade === true;
  const unproved = (why: string): RestoreStep =>
    decideVerdict(situation, { state: 'ended', outcome: 'inconclusive', why, verdict: undefined });
  if (world.refusal !== undefined && !isMade) return unproved(world.refusal.explanation.why);
  if (world.proof === undefined) return { do: 'look', at: 'proof' };
  const { seen } = world.proof;
  if (seen === undefined && !isMade) {
    if (world.earlier === undefined) return { do: 'look', at: 'earlier' };
    return { do: 'create-job', draft: verifyDraft(operation, rules.runnerImage, world.earlier.seen), as: 'proof' };
  }
  const lost = whyLost(situation, seen, 'the verification');
  if (seen === undefined || lost !== undefined) return unproved(lost ?? '');
  const message = `Job ${seen.name} looks at the restored claim`;
  if (!isMade) {
    const step = { step: proofStep, progress: 92, message, work: { jobMade: true } };
    return { do: 'record', status: advance(status, step, now) };
  }
  const outcome = readOutcome(seen.job, seen.pods);
  return outcome.state === 'running'
    ? waitForJob(situation, seen, verifySeconds, message)
    : decideCommand(situation, outcome);
}
