/**
 * What to do next for one Operation of kind NamespaceBackup: a Backup of each claim, a few ahead of what can run. Pure. Invariants:
 *  1. Claims are taken by name, and a cursor in the record says how far: none is taken twice, whatever has become of its Operation.
 *  2. A child's name follows from parent and claim: made twice is made once.
 *  3. It ends when every child has ended. Who was left out and who failed is told, each with its reason.
 *  4. The end of one child costs the same in a namespace of ten claims and of ten thousand: claims are listed for several at a
 *     time, of the children only those that are open, and the record is written when a percent has moved.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { advance, refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { refusedBecause } from '../longhorn/about-operation.ts';
import { decideNamespaceEnd } from './decide-namespace-end.ts';
import { decideTaking, hasEnoughAhead } from './decide-taking.ts';
import type { NamespaceAction, NamespaceSituation } from './world.ts';

function decideCancelled(situation: NamespaceSituation, open: readonly Operation[]): NamespaceAction {
  const { operation, now } = situation;
  const asked = open.find(({ spec }) => spec.cancelRequested !== true);
  if (asked !== undefined) return { do: 'cancel-child', name: asked.metadata.name };
  if (open.length > 0) return { do: 'wait' };
  const ended = refuse(statusOf(operation), 'Cancelled', refusedBecause.cancelled(operation), now);
  return { do: 'record', status: { ...ended, settled: true } };
}

function decideClaims(situation: NamespaceSituation, open: readonly Operation[]): NamespaceAction {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (operation.spec.cancelRequested === true) return decideCancelled(situation, open);

  const { takenCount = 0, skippedCount = 0, claimCount } = status.work ?? {};
  const isAllTaken = claimCount !== undefined && takenCount + skippedCount >= claimCount;
  const isTaking = !isAllTaken && (world.claims !== undefined || !hasEnoughAhead(open));
  const taking = isTaking ? decideTaking(situation, open) : undefined;
  if (taking !== undefined) return taking;
  if (isAllTaken && open.length === 0) {
    return world.children === undefined ? { do: 'look-at-children' } : decideNamespaceEnd(situation, world.children);
  }

  const ended = takenCount - open.length;
  const total = Math.max(1, (claimCount ?? 0) - skippedCount);
  const reached = Math.floor((ended * 95) / total);
  if (reached <= status.progress) return { do: 'wait' };
  const message = `${ended} of ${total} claims are done`;
  return { do: 'record', status: advance(status, { step: 'claims', progress: reached, message }, now) };
}

function decideBegin({ operation, world, now }: NamespaceSituation): NamespaceAction {
  const status = statusOf(operation);
  const { namespace = '', name } = operation.metadata;
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return { do: 'record', status: { ...refuse(status, 'Skipped', old, now), settled: true } };
  const asked = operation.spec.request.namespace ?? namespace;
  if (asked !== namespace) {
    const misplaced = new SoteriaError('invalid_request', {
      what: `operation ${name} cannot run`,
      why: `it lives in namespace ${namespace} but names namespace ${asked}`,
      fix: `create it in namespace ${asked}: an Operation lives with what it is about`,
    });
    return { do: 'record', status: { ...refuse(status, 'Failed', misplaced, now), settled: true } };
  }
  const count = world.claims?.length ?? 0;
  if (count === 0) {
    const message = `namespace ${namespace} holds no claims`;
    const counts = { claimsBackedUp: 0, claimsFailed: 0, claimsSkipped: 0 };
    return { do: 'record', status: { ...succeed(status, counts, message, now), settled: true } };
  }
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  const message = `backing up the ${count} claims of namespace ${namespace}`;
  return {
    do: 'record',
    status: advance(
      status,
      { step: 'claims', progress: 1, message, work: { cursor: '', takenCount: 0, skippedCount: 0, claimCount: count } },
      now,
    ),
  };
}

export function decideNamespaceBackup(situation: NamespaceSituation): NamespaceAction {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (isTerminal(status.phase)) {
    return status.settled === true ? { do: 'rest' } : { do: 'record', status: { ...status, settled: true } };
  }
  if (status.work === undefined && operation.spec.cancelRequested === true) {
    const ended = refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now);
    return { do: 'record', status: { ...ended, settled: true } };
  }
  if (status.work === undefined) return world.claims === undefined ? { do: 'look-at-claims' } : decideBegin(situation);
  return world.open === undefined ? { do: 'look-at-open' } : decideClaims(situation, world.open);
}
