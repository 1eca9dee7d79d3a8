/** Running, step `delete`: is the last one gone, and which is next? The invariants are those of `decide-prune.ts`. Pure. */
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/record/status.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { confirmMessage } from './decide-confirm.ts';
import { planOf, volumeOf } from './plan-of.ts';
import type { PrunePlan } from './plan-prune.ts';
import type { StoredPoint } from './prunable-points.ts';
import { cancelled, policyGone, stalled, whyHeldBack } from './refusals.ts';
import { resultOf } from './result-of.ts';
import type { PruneAction, PruneFacts, PruneSituation } from './world.ts';

/** So long nothing may move: a deletion takes seconds, or minutes when the volume has many blocks. */
const stallMs = 15 * 60_000;
/** From the first deletion: the volume is not kept from its backups for longer. What is left is for the next prune. */
const deadlineMs = 60 * 60_000;

function end(
  { operation, now }: PruneSituation,
  phase: 'Failed' | 'Cancelled',
  error: Parameters<typeof refuse>[2],
  plan?: PrunePlan,
): PruneAction {
  const status = statusOf(operation);
  return { do: 'record', status: { ...refuse(status, phase, error, now), result: resultOf(status, plan) } };
}

/** Says what is waited for; once nothing has moved for too long, that is the end. */
function waitFor(situation: PruneSituation, what: string, plan?: PrunePlan): PruneAction {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const idleMs = now.getTime() - Date.parse(status.movedAt ?? status.startedAt ?? operation.metadata.creationTimestamp);
  if (idleMs >= stallMs) {
    const why = `nothing has moved for ${Math.round(idleMs / 60_000)} minutes: ${what}`;
    return end(situation, 'Failed', stalled(operation, why), plan);
  }
  const next = waiting(status, what);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

type Work = NonNullable<OperationStatus['work']>;

function move({ operation, now }: PruneSituation, message: string, work: Partial<Work>): PruneAction {
  const status = statusOf(operation);
  const planned = status.work?.plan?.length ?? 1;
  const gone = (work.gone ?? status.work?.gone ?? []).length;
  return {
    do: 'record',
    status: advance(status, { step: 'delete', progress: 5 + (85 * gone) / planned, message, work }, now),
  };
}

export function decideDeletion(situation: PruneSituation): PruneAction {
  const { operation, world, now } = situation;
  const { work } = statusOf(operation);
  // Invariant 2: what was begun in this wake-up is not over.
  if (world.hasDeleted === true) return { do: 'wait' };
  if (world.policy === undefined) return { do: 'look', at: 'policy' };
  if (world.liveVolume === undefined) return { do: 'look', at: 'liveVolume' };
  if (world.facts === undefined) return { do: 'look', at: 'facts' };
  const facts = world.facts.seen;
  const volume = volumeOf(operation, world);
  if (facts === undefined || volume === undefined || work === undefined) return { do: 'wait' };
  const current = work.backup === undefined ? undefined : decideCurrent(situation, facts, work, work.backup);
  if (current !== undefined && 'do' in current) return current;

  const known = world.policy.seen;
  if (known === undefined) return letGo(situation, current) ?? end(situation, 'Failed', policyGone(operation));
  const plan = planOf({ operation, known, volume, liveVolume: world.liveVolume.seen, facts, now });
  return decideNext(situation, facts, plan, current);
}

/** What the record says is being deleted: an action, or the point, which nobody has asked Longhorn to delete yet. */
function decideCurrent(
  situation: PruneSituation,
  { points, away }: PruneFacts,
  work: Work,
  name: string,
): PruneAction | StoredPoint {
  const point = points.find(({ facts }) => facts.name === name);
  if (point?.isDeleting === true) {
    const problem = point.problem === undefined ? '' : `; Longhorn says: ${point.problem}`;
    return waitFor(situation, `Longhorn deletes ${name}${problem}`);
  }
  if (point !== undefined) return point;
  // Of an absent target only the object goes, and comes back with the target.
  const missing = away.get(work.backupTarget ?? '');
  if (missing !== undefined)
    return waitFor(situation, `${name} is gone, and whether for good is not known: ${missing}`);
  const { plan = [], gone: before = [] } = work;
  const gone = [...before, ...plan.filter((id) => id.endsWith(`/${name}`))];
  return move(situation, `${gone.length} of ${plan.length} points are deleted`, { gone, backup: undefined });
}

/** Takes back the intent to delete a point that nobody has begun to delete. */
function letGo(situation: PruneSituation, point: StoredPoint | undefined): PruneAction | undefined {
  return point && move(situation, `${point.facts.name} stays`, { backup: undefined });
}

function decideNext(
  situation: PruneSituation,
  facts: PruneFacts,
  plan: PrunePlan,
  current: StoredPoint | undefined,
): PruneAction {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const { plan: planned = [], gone = [] } = status.work ?? {};
  if (operation.spec.cancelRequested === true) {
    return letGo(situation, current) ?? end(situation, 'Cancelled', cancelled(operation), plan);
  }
  // Invariant 1. A yes, where one was needed, was given to the plan in the record.
  const heldBack = plan.heldBack.filter((why) => why !== 'breaker' && why !== 'first_prune_unconfirmed');
  const hindered = whyHeldBack(operation, { ...plan, heldBack }, facts);
  if (hindered !== undefined && hindered.code !== 'target_unavailable') {
    return letGo(situation, current) ?? end(situation, 'Failed', hindered, plan);
  }
  const expired = new Set(plan.expired.map(({ id }) => id));
  const next = planned.find((id) => expired.has(id) && !gone.includes(id));
  if (current !== undefined && current.facts.id !== next) return letGo(situation, current) ?? { do: 'wait' };
  if (next === undefined) return finish(situation, plan);
  const point = facts.points.find((one) => one.facts.id === next);
  if (point === undefined) return { do: 'wait' };
  if (now.getTime() - Date.parse(status.startedAt ?? '') >= deadlineMs) {
    const why = `it has worked on the volume for ${deadlineMs / 60_000} minutes; ${gone.length} of ${planned.length} points are deleted`;
    return letGo(situation, current) ?? end(situation, 'Failed', stalled(operation, why), plan);
  }
  if (hindered !== undefined) return waitFor(situation, hindered.explanation.why, plan);
  if (world.busy === undefined) return { do: 'look', at: 'busy' };
  if (world.busy.seen !== undefined) return waitFor(situation, world.busy.seen, plan);
  if (current === undefined) {
    const { name, target } = point.facts;
    const message = `Longhorn deletes ${name}, ${gone.length + 1} of ${planned.length}`;
    return move(situation, message, { backup: name, ...(target === null ? {} : { backupTarget: target }) });
  }
  return point.isWatched ? { do: 'delete-point', point } : { do: 'watch-point', point };
}

function finish({ operation, now }: PruneSituation, plan: PrunePlan): PruneAction {
  const status = statusOf(operation);
  const result = resultOf(status, plan);
  const gone = status.work?.gone ?? [];
  if (gone.length === 0) {
    const message = 'every point that was to be deleted is kept now';
    return { do: 'record', status: succeed(status, result, message, now) };
  }
  const message = confirmMessage(gone.length, 0);
  return { do: 'record', status: { ...advance(status, { step: 'confirm', progress: 92, message }, now), result } };
}
