/**
 * What a command of the user says, from its Job and the Job's Pods. Pure. Exit code 0 is a pass, any other that the command has chosen
 * itself a no; whatever kept it from choosing one says nothing about the restore point.
 */
import type { Job, Pod } from '../kubernetes/core-types.ts';
import { commandContainer } from './command-job.ts';
import { type ContainerEnd, endOfContainer, endOfJob, podOf, whyNotStarting, whyStopped } from '../job/pod-end.ts';
import { sentenceOf, type VerificationEnd } from './read-outcome.ts';
import type { Verdict, VerdictCheck } from './verdict.ts';

export type CommandOutcome = { readonly state: 'running' } | { readonly state: 'ended'; readonly check: VerdictCheck };

export function readCommand(job: Job, pods: readonly Pod[]): CommandOutcome {
  const pod = podOf(job, pods);
  const ended = endOfJob(job);
  const impossible = (detail: string): CommandOutcome => ({
    state: 'ended',
    check: { name: commandContainer, outcome: 'impossible', detail },
  });
  if (ended === undefined) {
    const hindrance = whyNotStarting(pod);
    return hindrance === undefined ? { state: 'running' } : impossible(hindrance);
  }
  const end = endOfContainer(pod, commandContainer);
  if (ended.reason === 'DeadlineExceeded') return impossible(`the command did not end in time: ${ended.says}`);
  if (end === undefined) return impossible(`the command did not end: ${whyStopped(pod) ?? ended.says}`);
  const stopped = end.exitCode === 0 ? undefined : whyStopped(pod);
  if (stopped !== undefined) return impossible(`the command was stopped: ${stopped}`);
  return { state: 'ended', check: { name: commandContainer, ...judge(end) } };
}

const notItsOwn = new Set([
  'StartError',
  'ContainerCannotRun',
  'OOMKilled',
  'ContainerStatusUnknown',
  'DeadlineExceeded',
]);

/** What runc says, in place of the command, of a program that was built for another architecture. */
const otherMachine = /^exec \S+: exec format error$/;

function judge({ exitCode, reason, message }: ContainerEnd): Omit<VerdictCheck, 'name'> {
  if (exitCode === 0) return { outcome: 'passed', detail: 'exit code 0' };
  // 126 and 127: found but not runnable, and not found at all; 128 and more: ended by a signal, not by its own judgement.
  const text = message.trim().slice(-200);
  const hasJudged = exitCode < 126 && !notItsOwn.has(reason) && !otherMachine.test(text);
  const detail = `exit code ${exitCode}${text === '' ? ` (${reason})` : `: ${text}`}`;
  return { outcome: hasJudged ? 'failed' : 'impossible', detail };
}

/** Our own verdict, and the command's word on top of it. */
export function withCommand(ours: VerificationEnd, check: VerdictCheck): VerificationEnd {
  const { verdict } = ours;
  if (verdict === undefined) return ours;
  const has = (outcome: VerdictCheck['outcome']) => check.outcome === outcome;
  const outcome: Verdict['outcome'] =
    ours.outcome === 'refuted' || has('failed') ? 'refuted' : has('impossible') ? 'inconclusive' : ours.outcome;
  const both = {
    ...verdict,
    outcome,
    strength: has('impossible') ? verdict.strength : ('application' as const),
    checks: [...verdict.checks, check],
  };
  return { state: 'ended', outcome, why: sentenceOf(both), verdict: both };
}
