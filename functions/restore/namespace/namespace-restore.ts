/**
 * The restore of a namespace: a Restore of each claim. How an operation makes many is `shared/operation/many`. Pure. Invariants:
 *  1. The instant is recorded before the first child is made: all children are of one set.
 *  2. It ends when every claim that had points at the beginning is accounted for: a catalogue that is empty for a moment ends nothing.
 *  3. What is missing is listed with its reason, and a second run of the same instant restores it.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Begun, Candidate, Many, ManySituation, Tally } from '@soteria/shared/operation/many/many.ts';
import type { Operation, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { waitedFor } from '../../../drivers/restore/deadline.ts';
import type { Rules } from '../../../drivers/restore/world.ts';
import {
  instantOf,
  livingWithoutPoint,
  type NamespaceLook,
  type NamespaceSource,
  nextLookOf,
  type PlannedClaim,
  planNamespace,
  whyNothing,
} from './plan-namespace.ts';

type Situation = ManySituation<NamespaceSource>;

const causesInText = 5;

const planningOf = ({ operation, world: { source }, now }: Situation) => ({ operation, source, now });

function candidateOf(parent: Operation, { pvc, targetPvc, point, isThere }: PlannedClaim): Candidate {
  if ('why' in point) return { name: pvc, to: 'leave-out', why: point.why, isOnPurpose: false };
  if (isThere) return { name: pvc, to: 'keep' };
  const { clusterId, storageClass } = parent.spec.request;
  const request = {
    namespace: sourceRefOf(parent).namespace,
    pvc,
    snapshot: point.id,
    targetPvc,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
  return { name: pvc, to: 'make', subject: targetPvc, request };
}

function begin(situation: Situation): OperationStatus | Begun {
  const { operation, now } = situation;
  const planning = planningOf(situation);
  const planned = planNamespace(planning);
  const leftOut = livingWithoutPoint(planning, planned);
  const nothing = whyNothing(sourceRefOf(operation).namespace, planned, leftOut);
  if (nothing !== undefined) return refuse(statusOf(operation), 'Failed', nothing, now);
  const dataAsOf = instantOf(situation);
  return { message: `restoring ${planned.length} claims as of ${dataAsOf}`, work: { dataAsOf }, leftOut };
}

function end({ operation, now }: Situation, tally: Tally): OperationStatus {
  const status = statusOf(operation);
  const { namespace } = sourceRefOf(operation);
  const { dataAsOf } = status.work ?? {};
  const done = tally.succeeded + tally.kept;
  const missing = tally.failed + tally.refused + tally.leftOut - tally.onPurpose;
  const total = done + missing;
  const result = {
    claimsRestored: done,
    claimsFailed: tally.failed,
    claimsWithoutPoint: tally.leftOut + tally.refused,
    problems: tally.problems,
    ...(dataAsOf === undefined ? {} : { dataAsOf }),
  };
  if (missing === 0) {
    const excluded = tally.onPurpose === 0 ? '' : `; ${tally.onPurpose} excluded from backups have no restore point`;
    return succeed(status, result, `all ${total} claims of ${namespace} are restored${excluded}`, now);
  }
  const partial = new SoteriaError('restore_failed', {
    what: `${done} of ${total} claims of namespace ${namespace} were restored`,
    why: tally.problems.slice(0, causesInText).join('; '),
    // Of the same instant, or it would be another set: what is restored already is of this one.
    fix: `remove the causes and ask again with as_of ${dataAsOf ?? ''}: what is restored already is left as it is`,
  });
  return { ...refuse(status, 'Failed', partial, now), result };
}

export function namespaceRestore(rules: Pick<Rules, 'stallMs' | 'deadlineMs'>): Many<NamespaceSource, NamespaceLook> {
  return {
    childKind: 'Restore',
    // A Restore that begins while Longhorn's catalogue is empty fails: few wait.
    maxOpen: 8,
    identityPrefix: 'restore',
    isAnnounced: true,
    nextLook: ({ operation, world }) => nextLookOf(operation, world.source),
    candidates: (situation, after) =>
      planNamespace(planningOf(situation), after).map((claim) => candidateOf(situation.operation, claim)),
    begin,
    whenFewer: ({ operation, now }) =>
      waitedFor({ operation, rules, now }, 'Longhorn lists fewer claims with restore points than at the beginning'),
    end,
  };
}
