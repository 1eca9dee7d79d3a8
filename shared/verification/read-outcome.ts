/** What became of a verification, from its Job and the Job's Pods. Pure. */
import type { Job, Pod } from '../kubernetes/core-types.ts';
import { type ContainerEnd, endOfContainer, endOfJob, podOf, whyNotStarting, whyStopped } from '../job/pod-end.ts';
import { type Verdict, parseVerdict } from './verdict.ts';
import { verifyContainer } from './verification-job.ts';

export interface VerificationEnd {
  readonly state: 'ended';
  readonly outcome: Verdict['outcome'];
  /** One sentence. */
  readonly why: string;
  /** Undefined when the verifier came to none. */
  readonly verdict: Verdict | undefined;
}

export type VerificationOutcome = { readonly state: 'running' } | VerificationEnd;

export function readOutcome(job: Job, pods: readonly Pod[]): VerificationOutcome {
  const pod = podOf(job, pods);
  const ended = endOfJob(job);
  const inconclusive = (why: string): VerificationEnd => ({
    state: 'ended',
    outcome: 'inconclusive',
    why,
    verdict: undefined,
  });
  if (ended === undefined) {
    const hindrance = whyNotStarting(pod);
    return hindrance === undefined ? { state: 'running' } : inconclusive(hindrance);
  }
  const end = endOfContainer(pod, verifyContainer);
  const verdict = parseVerdict(end?.message ?? '');
  return verdict === undefined
    ? inconclusive(endedWithout(end, whyStopped(pod) ?? ended.says))
    : { state: 'ended', outcome: verdict.outcome, why: sentenceOf(verdict), verdict };
}

/** What it has counted, or the first check that has not passed. */
export function sentenceOf({ checks, outcome, files, bytes }: Verdict): string {
  const bad = checks.find((one) => one.outcome === 'failed') ?? checks.find((one) => one.outcome === 'impossible');
  return outcome === 'verified' || bad === undefined
    ? `${files} files, ${bytes} bytes could be read`
    : `${bad.name}: ${bad.detail}`;
}

function endedWithout(verifier: ContainerEnd | undefined, jobSays: string): string {
  if (verifier === undefined) return `the verifier never ran to its end${jobSays === '' ? '' : `: ${jobSays}`}`;
  const text = verifier.message.trim().slice(0, 200);
  return `the verifier ended with exit code ${verifier.exitCode} (${verifier.reason}) and no verdict${text === '' ? '' : `: ${text}`}`;
}
