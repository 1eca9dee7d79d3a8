/**
 * What to do next for one Operation of kind Prune. Pure: the record, what was looked at, the instant. Invariants:
 *  1. Which points may go is decided anew before each deletion. A point goes only if the plan that was recorded at the start names it and the
 *     plan of this moment still does: never more than was planned, and nothing that has come to be kept since.
 *  2. One deletion at a time: the name is recorded, the deletion is begun, and the next follows once the point is gone and the target is there.
 *  3. From the plan to the last deletion nobody else works on the volume: the slot is exclusive.
 *  4. Only the point as it was read is deleted: its uid and resourceVersion are preconditions.
 *  5. The phase is terminal first, facts are sent next, tidying comes last; each can be repeated.
 */
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { claimLabel } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/record/status.ts';
import { decideConfirm } from './decide-confirm.ts';
import { decideDeletion } from './decide-deletion.ts';
import { decideEnding } from './decide-ending.ts';
import { planOf, volumeOf } from './plan-of.ts';
import { cancelled, claimGone, planChanged, policyGone, whyHeldBack } from './refusals.ts';
import { resultOf } from './result-of.ts';
import type { PruneAction, PruneSituation } from './world.ts';

/** Prunes are in no hurry: they leave slots to backups. */
const maxAtOnce = 2;

export function decidePrune(situation: PruneSituation): PruneAction {
  const { status } = situation.operation;
  if (status?.settled === true) return { do: 'rest' };
  if (isTerminal(status?.phase)) return decideEnding(situation);
  if (status?.work?.plan === undefined) return decideStart(situation);
  return status.steps.at(-1)?.name === 'confirm' ? decideConfirm(situation) : decideDeletion(situation);
}

function decideStart({ operation, world, now }: PruneSituation): PruneAction {
  const status = statusOf(operation);
  const end = (phase: 'Failed' | 'Skipped' | 'Cancelled', error: Parameters<typeof refuse>[2]): PruneAction => ({
    do: 'record',
    status: refuse(status, phase, error, now),
  });
  if (operation.spec.cancelRequested === true) return end('Cancelled', cancelled(operation));
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return end('Skipped', old);
  if (operation.metadata.labels?.[claimLabel] === undefined) return { do: 'label' };
  if (world.policy === undefined) return { do: 'look', at: 'policy' };
  const known = world.policy.seen;
  if (known === undefined) return end('Skipped', policyGone(operation));
  if (world.liveVolume === undefined) return { do: 'look', at: 'liveVolume' };
  const volume = volumeOf(operation, world);
  if (volume === undefined) return end('Skipped', claimGone(operation));

  const { slot } = world;
  if (slot === undefined) {
    return { do: 'enter-slot', need: { on: 'volume', key: volume, mode: 'exclusive', atMostOfKind: maxAtOnce } };
  }
  if (!slot.entered) {
    const next = waiting(status, `waits for a slot: ${slot.waitsFor}`);
    return next.message === operation.status?.message ? { do: 'wait' } : { do: 'record', status: next };
  }
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  // Only now: what restores and restore tests of this volume have done is done.
  if (world.facts === undefined) return { do: 'look', at: 'facts' };
  const facts = world.facts.seen;
  if (facts === undefined) return { do: 'wait' };

  const plan = planOf({ operation, known, volume, liveVolume: world.liveVolume.seen, facts, now });
  const { confirm } = operation.spec.request;
  if (confirm !== undefined && confirm !== plan.digest) return end('Failed', planChanged(operation, plan));
  const heldBack = whyHeldBack(operation, plan, facts);
  if (heldBack !== undefined) {
    // The digest stands in the record, for who says yes with kubectl.
    const work = { attempt: 1, volume, planDigest: plan.digest };
    return { do: 'record', status: { ...refuse(status, 'Skipped', heldBack, now), work } };
  }
  if (plan.remove.length === 0) {
    const message = `every point of policy ${known.policy.id} of volume ${volume} is kept`;
    return { do: 'record', status: succeed(status, resultOf(status, plan), message, now) };
  }
  const message = `${plan.remove.length} of ${plan.of.points.length} points of volume ${volume} are deleted, one at a time`;
  const work = {
    attempt: 1,
    volume,
    plan: plan.remove.map(({ id }) => id),
    planDigest: plan.digest,
    gone: [],
  };
  return { do: 'record', status: advance(status, { step: 'delete', progress: 5, message, work }, now) };
}
