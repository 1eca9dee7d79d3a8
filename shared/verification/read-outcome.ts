/** What became of a verification, from its Job and the Job's Pods. Pure. */
import type { Job, Pod } from '../kubernetes/core-types.ts';
import { type Verdict, type VerdictCheck, parseVerdict } from './verdict.ts';
import { commandContainer, verifyContainer } from './verification-job.ts';

export type VerificationOutcome =
  | { readonly state: 'running' }
  | {
      readonly state: 'ended';
      readonly outcome: Verdict['outcome'];
      /** One sentence. */
      readonly why: string;
      /** Undefined when the verifier came to none. */
      readonly verdict: Verdict | undefined;
    };

interface Ended {
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

export function readOutcome(job: Job, pods: readonly Pod[]): VerificationOutcome {
  const ended = job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (ended === undefined) return { state: 'running' };
  const [pod] = pods
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid) === true)
    .toSorted((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  const verdict = parseVerdict(endOf(pod, verifyContainer)?.message ?? '');
  const jobSays = [ended.reason, ended.message].filter((text) => (text ?? '') !== '').join(': ');
  if (verdict === undefined) {
    const why = endedWithout(endOf(pod, verifyContainer), jobSays);
    return { state: 'ended', outcome: 'inconclusive', why, verdict: undefined };
  }
  return withCommand(verdict, job, endOf(pod, commandContainer), jobSays);
}

function withCommand(verdict: Verdict, job: Job, command: Ended | undefined, jobSays: string): VerificationOutcome {
  const hasCommand = job.spec?.template.spec?.containers.some(({ name }) => name === commandContainer) === true;
  if (!hasCommand) return told(verdict);
  const check = checkOfCommand(command, jobSays);
  const outcome = worst(verdict.outcome, check.outcome);
  return told({
    ...verdict,
    outcome,
    strength: check.outcome === 'passed' ? 'application' : verdict.strength,
    checks: [...verdict.checks, check],
  });
}

function checkOfCommand(command: Ended | undefined, jobSays: string): VerdictCheck {
  const name = 'command';
  if (command === undefined) return { name, outcome: 'impossible', detail: `the command did not end: ${jobSays}` };
  if (command.exitCode === 0) return { name, outcome: 'passed', detail: 'exit code 0' };
  // 126 and 127: found but not runnable, and not found at all; 128 and more: ended by a signal, not by its own judgement.
  const hasJudged = command.exitCode < 126 && command.reason !== 'StartError' && command.reason !== 'OOMKilled';
  const text = command.message.trim().slice(-200);
  const detail = `exit code ${command.exitCode}${text === '' ? ` (${command.reason})` : `: ${text}`}`;
  return { name, outcome: hasJudged ? 'failed' : 'impossible', detail };
}

function worst(verdict: Verdict['outcome'], check: VerdictCheck['outcome']): Verdict['outcome'] {
  if (verdict === 'refuted' || check === 'failed') return 'refuted';
  return check === 'impossible' ? 'inconclusive' : verdict;
}

function told(verdict: Verdict): VerificationOutcome {
  const bad = verdict.checks.find((one) => one.outcome === 'failed' || one.outcome === 'impossible');
  const counted = `${verdict.files} files, ${verdict.bytes} bytes`;
  const why =
    verdict.outcome === 'verified' || bad === undefined ? `${counted} could be read` : `${bad.name}: ${bad.detail}`;
  return { state: 'ended', outcome: verdict.outcome, why, verdict };
}

function endedWithout(verifier: Ended | undefined, jobSays: string): string {
  if (verifier === undefined) return `the verifier never ran to its end${jobSays === '' ? '' : `: ${jobSays}`}`;
  const text = verifier.message.trim().slice(0, 200);
  return `the verifier ended with exit code ${verifier.exitCode} (${verifier.reason}) and no verdict${text === '' ? '' : `: ${text}`}`;
}

function endOf(pod: Pod | undefined, container: string): Ended | undefined {
  const end = pod?.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated;
  return end === undefined
    ? undefined
    : { exitCode: end.exitCode, reason: end.reason ?? 'Error', message: end.message ?? '' };
}
