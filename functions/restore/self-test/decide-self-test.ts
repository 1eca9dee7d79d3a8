/**
 * What to do next for one Operation of kind SelfTest: a small claim is made and written, backed up and restored as anybody's is, and the
 * restored bytes are compared. Pure. Invariants:
 *  1. Every name follows from the operation; that an object was made is recorded, so that a missing one has been taken away.
 *  2. An object of that name is ours only if it carries our uid, or names us as its parent; what is not ours is neither used nor deleted.
 *  3. Nothing is written, and nothing is deleted, on a volume that was not made for this very claim.
 *  4. Backup and Restore are Operations like any other: what they may do is theirs to judge.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { isTerminal, type Operation, type OperationResult } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/record/status.ts';
import { readOutcome } from '@soteria/shared/verification/read-outcome.ts';
import { isOurs } from '../../../drivers/restore/about-operation.ts';
import {
  type ChildKind,
  childName,
  childRequest,
  claimNames,
  jobName,
  type JobTask,
  misfitOf,
  provisionedName,
  storageClassOf,
  testBytes,
} from './about-self-test.ts';
import { decideTidy } from './decide-tidy.ts';
import { claimDraft, jobDraft } from './self-test-objects.ts';
import type { SelfTestAction, SelfTestSituation } from './world.ts';

type Stage = 'claim' | JobTask | 'backup' | 'restore';

const progressOf: Readonly<Record<Stage, number>> = { claim: 5, write: 10, backup: 25, restore: 55, compare: 85 };

const isMade = ({ operation }: SelfTestSituation, stage: Stage): boolean =>
  operation.status?.work?.made?.includes(stage) === true;

/** How long each step took, and with what. */
export function resultOf({ operation, world, now }: SelfTestSituation): OperationResult {
  const { steps, startedAt, work } = statusOf(operation);
  const longhornVersion = world.longhornVersion?.seen;
  const since = (at: string | undefined, until: string) => Math.max(0, Date.parse(until) - Date.parse(at ?? until));
  const times = steps.map(({ name, startedAt: from, finishedAt = now.toISOString() }) => [
    `${name}Ms`,
    since(from, finishedAt),
  ]);
  return {
    ...(work?.restorePoint === undefined ? {} : { restorePoint: work.restorePoint }),
    selfTest: {
      ...(longhornVersion === undefined ? {} : { longhornVersion }),
      storageClass: storageClassOf(operation),
      bytes: String(testBytes),
      ...Object.fromEntries(times),
      totalMs: since(startedAt, now.toISOString()),
    },
  };
}

/** With what was measured until then; Longhorn's version is looked up first. */
function fail(situation: SelfTestSituation, error: SoteriaError): SelfTestAction {
  const { operation, world, now } = situation;
  if (world.longhornVersion === undefined) return { do: 'look', at: 'longhornVersion' };
  const status = refuse(statusOf(operation), 'Failed', error, now);
  return { do: 'record', status: { ...status, result: resultOf(situation) } };
}

function failed(situation: SelfTestSituation, stage: Stage, why: string, fix: string): SelfTestAction {
  const what = `the self-test ${situation.operation.metadata.name} failed at the step "${stage}"`;
  return fail(situation, new SoteriaError('selftest_failed', { what, why, fix }));
}

const again = 'remove the cause and ask for the self-test again';

/** Says what is waited for; once the whole has lasted too long, that is the end. */
function waitFor(situation: SelfTestSituation, stage: Stage, what: string): SelfTestAction {
  const { operation, rules, now } = situation;
  const status = statusOf(operation);
  const runningMs = now.getTime() - Date.parse(status.startedAt ?? operation.metadata.creationTimestamp);
  if (runningMs >= rules.deadlineMs) {
    const minutes = Math.round(runningMs / 60_000);
    const fix =
      'remove the cause in Longhorn or in the Job’s events, then ask again; or raise SOTERIA_SELFTEST_DEADLINE_SECONDS';
    return failed(situation, stage, `it is not done after ${minutes} minutes: ${what}`, fix);
  }
  const next = waiting(status, what);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

function record(
  { operation, now }: SelfTestSituation,
  stage: Stage,
  message: string,
  work: NonNullable<Parameters<typeof advance>[1]['work']>,
): SelfTestAction {
  return {
    do: 'record',
    status: advance(statusOf(operation), { step: stage, progress: progressOf[stage], message, work }, now),
  };
}

function made({ operation }: SelfTestSituation, stage: Stage): { made: Stage[] } {
  return { made: [...((operation.status?.work?.made ?? []) as Stage[]), stage] };
}

function decideClaim(situation: SelfTestSituation): SelfTestAction {
  const { operation, world } = situation;
  if (world.refusal !== undefined) return failed(situation, 'claim', world.refusal.explanation.why, again);
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  const name = claimNames(operation).source;
  if (claim === undefined) return { do: 'create-claim', draft: claimDraft(operation) };
  if (!isOurs(operation, claim.metadata.labels)) {
    return failed(
      situation,
      'claim',
      `claim ${name} exists and was not made for it`,
      `remove claim ${name}, then ask again`,
    );
  }
  return record(situation, 'write', `claim ${name} is made`, {
    ...made(situation, 'claim'),
    claimUid: claim.metadata.uid,
  });
}

/** The Job of this stage, once it has ended well; an action until then. */
function decideJob(situation: SelfTestSituation, task: JobTask): SelfTestAction | 'done' {
  const { operation, world, rules } = situation;
  if (world.refusal !== undefined) return failed(situation, task, world.refusal.explanation.why, again);
  const at = task === 'write' ? 'writeJob' : 'compareJob';
  const look = world[at];
  if (look === undefined) return { do: 'look', at };
  const job = look.seen;
  const name = jobName(operation, task);
  if (job === undefined) {
    return isMade(situation, task)
      ? failed(situation, task, `its Job ${name} was deleted by somebody`, again)
      : { do: 'create-job', at, draft: jobDraft(operation, task, rules) };
  }
  if (!isOurs(operation, job.labels)) {
    return failed(situation, task, `Job ${name} exists and was not made for it`, `remove Job ${name}, then ask again`);
  }
  const doing = task === 'write' ? 'writes known bytes into the claim' : 'compares the restored bytes';
  if (!isMade(situation, task)) return record(situation, task, `Job ${name} ${doing}`, made(situation, task));
  const outcome = readOutcome(job.job, job.pods);
  if (outcome.state === 'running') return waitFor(situation, task, `Job ${name} ${doing}`);
  if (outcome.outcome === 'verified') return 'done';
  const fix =
    outcome.outcome === 'refuted'
      ? 'do not rely on backups of this storage class: what came back is not what was written'
      : `see why with: kubectl -n ${operation.metadata.namespace ?? ''} describe job ${name}; then ask again`;
  return failed(situation, task, outcome.why, fix);
}

function decideWrite(situation: SelfTestSituation): SelfTestAction {
  const { operation, world } = situation;
  const job = decideJob(situation, 'write');
  if (job !== 'done') return job;
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  const name = claimNames(operation).source;
  if (claim === undefined || claim.metadata.uid !== operation.status?.work?.claimUid) {
    return failed(situation, 'write', `claim ${name} was deleted by somebody`, again);
  }
  const volume = claim.spec?.volumeName ?? '';
  if (volume !== provisionedName(claim.metadata.uid)) {
    const why = `claim ${name} was bound to the persistent volume ${volume}, which was not made for it; it is left as it is`;
    const fix = 'name a storage class of Longhorn’s without persistent volumes that wait for a claim, then ask again';
    return failed(situation, 'write', why, fix);
  }
  return record(situation, 'backup', `known bytes are on volume ${volume}`, { volume });
}

/** The child of this stage, once it has ended well; an action until then. */
function decideChild(situation: SelfTestSituation, kind: ChildKind): SelfTestAction | Operation {
  const { operation, world } = situation;
  const stage = kind === 'Backup' ? 'backup' : 'restore';
  if (world.refusal !== undefined) return failed(situation, stage, world.refusal.explanation.why, again);
  const look = world[stage];
  if (look === undefined) return { do: 'look', at: stage };
  const child = look.seen;
  const name = childName(operation, kind);
  if (child === undefined) {
    if (isMade(situation, stage)) return failed(situation, stage, `operation ${name} was deleted by somebody`, again);
    const request = childRequest(operation, kind, operation.status?.work?.restorePoint);
    return { do: 'create-child', kind, name, request };
  }
  if (child.spec.cause?.parent !== operation.metadata.name) {
    return failed(situation, stage, `operation ${name} exists and was not made for it`, again);
  }
  if (!isMade(situation, stage))
    return record(situation, stage, `operation ${name} is at work`, made(situation, stage));
  const { phase, message } = statusOf(child);
  if (!isTerminal(phase)) return waitFor(situation, stage, `${name}: ${message}`);
  if (phase === 'Succeeded') return child;
  return failed(situation, stage, `${name} ended as ${phase}: ${message}`, child.status?.error?.fix ?? again);
}

const isAction = (one: SelfTestAction | Operation): one is SelfTestAction => 'do' in one;

function decideBackup(situation: SelfTestSituation): SelfTestAction {
  const child = decideChild(situation, 'Backup');
  if (isAction(child)) return child;
  const { restorePoint, backup } = child.status?.result ?? {};
  if (restorePoint === undefined) {
    return failed(situation, 'backup', `${child.metadata.name} succeeded without a restore point`, again);
  }
  const message = `restore point ${restorePoint} is complete`;
  return record(situation, 'restore', message, { restorePoint, ...(backup === undefined ? {} : { backup }) });
}

function decideRestore(situation: SelfTestSituation): SelfTestAction {
  const child = decideChild(situation, 'Restore');
  if (isAction(child)) return child;
  return record(situation, 'compare', `claim ${claimNames(situation.operation).restored} is restored`, {});
}

function decideCompare(situation: SelfTestSituation): SelfTestAction {
  const { operation, world, now } = situation;
  const job = decideJob(situation, 'compare');
  if (job !== 'done') return job;
  if (world.longhornVersion === undefined) return { do: 'look', at: 'longhornVersion' };
  const message = `what was written, backed up and restored is the same: ${testBytes} bytes on storage class ${storageClassOf(operation)}`;
  return { do: 'record', status: succeed(statusOf(operation), resultOf(situation), message, now) };
}

const stages: Readonly<Record<string, (situation: SelfTestSituation) => SelfTestAction>> = {
  claim: decideClaim,
  write: decideWrite,
  backup: decideBackup,
  restore: decideRestore,
  compare: decideCompare,
};

function decideBegin(situation: SelfTestSituation): SelfTestAction {
  const { operation, world, now } = situation;
  const misfit = misfitOf(operation);
  if (misfit !== undefined) return { do: 'record', status: refuse(statusOf(operation), 'Failed', misfit, now) };
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return { do: 'record', status: refuse(statusOf(operation), 'Skipped', old, now) };
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  const { source } = claimNames(operation);
  return record(situation, 'claim', `making claim ${source}`, { claim: source });
}

export function decideSelfTest(situation: SelfTestSituation): SelfTestAction {
  const { operation, now } = situation;
  const status = statusOf(operation);
  if (isTerminal(status.phase)) return decideTidy(situation);
  if (operation.spec.cancelRequested === true) {
    const cancelled = new SoteriaError('cancelled', {
      what: `operation ${operation.metadata.name} was cancelled`,
      why: 'its cancellation was requested before the self-test had ended; what it had made is removed',
      fix: 'ask for a new self-test when you want one',
    });
    return { do: 'record', status: refuse(status, 'Cancelled', cancelled, now) };
  }
  if (status.phase === 'Pending') return decideBegin(situation);
  // A step of another version: that one goes on with it.
  return stages[status.steps.at(-1)?.name ?? '']?.(situation) ?? { do: 'wait' };
}
