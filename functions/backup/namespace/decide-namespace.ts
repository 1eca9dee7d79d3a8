/**
 * What to do next for one Operation of kind NamespaceBackup: a Backup of each claim, a few ahead of what can run. Pure. Invariants:
 *  1. Claims are taken by name, and a cursor in the record says how far: none is taken twice, whatever has become of its Operation.
 *  2. A child's name follows from parent and claim: made twice is made once.
 *  3. It ends when every child has ended. Who was left out and who failed is told, each with its reason.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { operationName, shortHash, timeFromName } from '@soteria/shared/operation/names.ts';
import { isTerminal, type Operation, operationKinds, type OperationRequest } from '@soteria/shared/operation/schema.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/decide-reapplied.ts';
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/status.ts';
import { refusedBecause } from '../longhorn/about-operation.ts';
import { decideNamespaceEnd } from './decide-namespace-end.ts';
import { maxProblems, problemOf } from './problem.ts';
import { whyClaimSkipped, whyVolumeSkipped } from './why-skipped.ts';
import type { NamespaceAction, NamespaceSituation } from './world.ts';

/** Twice what may run at once by default, so that a free slot never waits for us. */
const maxOpenChildren = 6;
const maxMadeAtOnce = 12;

const byName = (a: PersistentVolumeClaim, b: PersistentVolumeClaim): number =>
  a.metadata.name < b.metadata.name ? -1 : 1;

/** Those the cursor has not passed, in its order. */
function claimsAhead({ operation, world }: NamespaceSituation): PersistentVolumeClaim[] {
  const cursor = operation.status?.work?.cursor ?? '';
  return (world.claims ?? []).filter(({ metadata }) => metadata.name > cursor).toSorted(byName);
}

/** Invariant 2. */
function childName(parent: Operation, pvc: string): string {
  const { name, uid, creationTimestamp } = parent.metadata;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return operationName(operationKinds.Backup.verb, pvc, at, shortHash(`${uid} ${pvc}`));
}

function childRequest({ spec }: Operation, pvc: string): OperationRequest {
  const { driver, mode, tags, maxAge } = spec.request;
  return {
    pvc,
    ...(driver === undefined ? {} : { driver }),
    ...(mode === undefined ? {} : { mode }),
    ...(tags === undefined ? {} : { tags }),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

/** Moves the cursor past claims that were taken or left out. */
function pass(
  situation: NamespaceSituation,
  passed: readonly { pvc: string; why: string | undefined }[],
): NamespaceAction {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const work = status.work ?? { attempt: 1 };
  const leftOut = passed.flatMap(({ pvc, why }) => (why === undefined ? [] : [problemOf(pvc, why)]));
  const cursor = passed.at(-1)?.pvc ?? work.cursor ?? '';
  const skippedCount = (work.skippedCount ?? 0) + leftOut.length;
  const takenCount = (work.takenCount ?? 0) + passed.length - leftOut.length;
  const problems = [...(status.result?.problems ?? []), ...leftOut].slice(0, maxProblems);
  const message = `${takenCount} claims taken, ${skippedCount} left out, ${claimsAhead(situation).length - passed.length} to come`;
  const moved = advance(
    status,
    { step: 'claims', progress: status.progress, message, work: { cursor, skippedCount, takenCount } },
    now,
  );
  return { do: 'record', status: { ...moved, result: { ...status.result, problems } } };
}

function decideCancelled(situation: NamespaceSituation, open: readonly Operation[]): NamespaceAction {
  const { operation, now } = situation;
  const asked = open.find(({ spec }) => spec.cancelRequested !== true);
  if (asked !== undefined) return { do: 'cancel-child', name: asked.metadata.name };
  if (open.length > 0) return { do: 'wait' };
  const ended = refuse(statusOf(operation), 'Cancelled', refusedBecause.cancelled(operation), now);
  return { do: 'record', status: { ...ended, settled: true } };
}

function decideNext(situation: NamespaceSituation, next: PersistentVolumeClaim): NamespaceAction {
  const { operation, world } = situation;
  const pvc = next.metadata.name;
  const volumeName = next.spec?.volumeName ?? '';
  if (world.persistentVolume?.name !== volumeName) return { do: 'look-at-volume', name: volumeName };
  const why = whyVolumeSkipped(world.persistentVolume.seen);
  if (why !== undefined) return pass(situation, [{ pvc, why }]);
  const name = childName(operation, pvc);
  const isMade = world.children?.some((child) => child.metadata.name === name) === true;
  if (isMade) return pass(situation, [{ pvc, why: undefined }]);
  if ((world.madeCount ?? 0) >= maxMadeAtOnce) return { do: world.hasAskedAgain === true ? 'wait' : 'ask-again' };
  return { do: 'create-child', name, request: childRequest(operation, pvc) };
}

function decideClaims(situation: NamespaceSituation, children: readonly Operation[]): NamespaceAction {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const open = children.filter((child) => !isTerminal(child.status?.phase));
  if (operation.spec.cancelRequested === true) return decideCancelled(situation, open);

  const ahead = claimsAhead(situation);
  const [next] = ahead;
  const leftOut = [];
  for (const claim of ahead) {
    const why = whyClaimSkipped(claim);
    if (why === undefined) break;
    leftOut.push({ pvc: claim.metadata.name, why });
  }
  if (leftOut.length > 0) return pass(situation, leftOut);
  if (next !== undefined && open.length < maxOpenChildren) return decideNext(situation, next);
  if (next === undefined && open.length === 0) return decideNamespaceEnd(situation, children);

  const ended = children.length - open.length;
  const total = children.length + ahead.length;
  const message = `${ended} of ${total} claims are done`;
  const reached = Math.floor((ended * 95) / Math.max(1, total));
  if (reached > status.progress) {
    return { do: 'record', status: advance(status, { step: 'claims', progress: reached, message }, now) };
  }
  const same = waiting(status, message);
  return same.message === status.message ? { do: 'wait' } : { do: 'record', status: same };
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
      { step: 'claims', progress: 1, message, work: { cursor: '', takenCount: 0, skippedCount: 0 } },
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
  if (world.claims === undefined) return { do: 'look-at-claims' };
  if (status.work === undefined) return decideBegin(situation);
  if (world.children === undefined) return { do: 'look-at-children' };
  return decideClaims(situation, world.children);
}
