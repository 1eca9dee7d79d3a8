/**
 * What must hold of every history, whatever happened in it. Each is one function: it names the first thing that broke it, or
 * answers nothing. `mutants.ts` holds a planted bug for each, so that none of them can be true by being blind.
 */
import { isNameOfAttempt } from '../../drivers/longhorn/backup/names-of-attempt.ts';
import { catalogueKeys, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, type Operation, operationStatus } from '@soteria/shared/operation/record/schema.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import { rules } from './compose.ts';
import type { TargetRecord } from './longhorn/target.ts';
import { madeBy, namesAlive, uidOfBackup } from './owners.ts';
import type { Played } from './run-history.ts';
import { claimNames } from './seed-cluster.ts';

export type Invariant = (played: Played) => string | undefined;

const isOfClaim = ({ spec }: Operation): boolean => spec.kind === 'Backup';
const nameOf = ({ metadata }: Operation): string => `${metadata.namespace}/${metadata.name}`;
const ranks: Readonly<Record<string, number>> = { Pending: 0, Running: 1 };
const rankOf = (phase: string | undefined): number => ranks[phase ?? 'Pending'] ?? 2;

function first<T>(all: Iterable<T>, judge: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = judge(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Open or not: as they were when somebody deleted them. */
function deletedOnes({ changes, removedByOthers }: Played['evidence']): Operation[] {
  return changes.flatMap(({ before, after }) =>
    after === undefined && before !== undefined && removedByOthers.has(before.metadata.uid) ? [before] : [],
  );
}

const ownerOf = (record: TargetRecord): string | undefined => record.labels[catalogueKeys.operationUid];

/** A wake-up that has looked at the switch lives a minute at most; a process remembers it for five seconds. */
const noticedAfterMs = 65_000;

/** An hour, and a day until leftovers are looked for again. */
const interruptedGoesAfterMs = 26 * 3_600_000;

/** Of two processes. */
const clocksDifferMs = 200_000;

/** Unless somebody has deleted the first one. */
function askedForTwice({ changes, removedByOthers }: Played['evidence'], start: string): string | undefined {
  const asked = new Map<string, string>();
  return first(changes, ({ before, after }) => {
    const identity = after?.spec.identity;
    if (before !== undefined || after === undefined || identity?.startsWith(start) !== true) return undefined;
    const other = asked.get(identity);
    asked.set(identity, after.metadata.uid);
    return other === undefined || removedByOthers.has(other) ? undefined : `${identity} has two Operations`;
  });
}

export const invariants = {
  everyRecordedRequestEnds: ({ ending }) =>
    first(ending.operations, (one) =>
      one.status?.settled === true && isTerminal(one.status.phase)
        ? undefined
        : `${nameOf(one)} is ${one.status?.phase ?? 'not looked at'}, not settled: ${one.status?.message ?? ''}`,
    ),

  everyAnswerIsRecorded({ evidence, ending }) {
    const recorded = [...ending.operations, ...deletedOnes(evidence)];
    const identities = new Set(recorded.flatMap(({ spec, status }) => [spec.identity].concat(status?.joined ?? [])));
    return first(evidence.answered, ({ identity, door }) =>
      identities.has(identity) ? undefined : `${identity} was answered by ${door}, and no Operation has it`,
    );
  },

  oneOperationPerIdentity({ ending }) {
    const seen = new Set<string>();
    // One that was recorded twice by doors that raced is Skipped, and says so.
    const ran = ending.operations.filter(({ status }) => status?.phase !== 'Skipped');
    const identities = ran.flatMap(({ spec }) => (spec.identity === undefined ? [] : [spec.identity]));
    return first(identities, (identity) => {
      if (seen.has(identity)) return `${identity} has two Operations`;
      seen.add(identity);
      return undefined;
    });
  },

  oneRestorablePointPerSuccess({ ending, evidence }) {
    const byOwner = Map.groupBy(ending.onTarget, ownerOf);
    return first(ending.operations.filter(isOfClaim), (one) => {
      const { status, metadata } = one;
      const points = (byOwner.get(metadata.uid) ?? []).map(({ name }) => name);
      if (status?.phase !== 'Succeeded') return undefined;
      if (status.result?.reused === true) {
        return points.length === 0 ? undefined : `${nameOf(one)} reused a point and made ${points.join(', ')}`;
      }
      const point = status.result?.backup ?? '';
      const lost = points.length === 0 && (evidence.removedByOthers.has(point) || evidence.pruned.has(point));
      if (lost || (points.length === 1 && points[0] === status.result?.backup)) return undefined;
      return `${nameOf(one)} says ${status.result?.backup}; on the target are: ${points.join(', ')}`;
    });
  },

  aSuccessIsRestorable: ({ evidence }) =>
    first(evidence.changes, ({ after, isRestorable }) =>
      // Nobody can see what somebody else deletes between the look and the record.
      isRestorable !== false || after === undefined || evidence.removedByOthers.has(after.status?.result?.backup ?? '')
        ? undefined
        : `${nameOf(after)} became Succeeded while ${after.status?.result?.backup} could not be restored`,
    ),

  noNameIsMadeTwice: ({ evidence }) =>
    first(evidence.writes, ({ isKnownMade, plural, name }) =>
      isKnownMade ? `${plural} ${name} was made again by one who knew that it had been made` : undefined,
    ),

  /** Also of two that knew nothing of each other, and whatever became of the first one. */
  everyBackupIsAskedForOnce({ evidence }) {
    const asked = new Set<string>();
    return first(evidence.asked, (name) => {
      if (asked.has(name)) return `backup ${name} was asked for twice`;
      asked.add(name);
      return undefined;
    });
  },

  noGoodBackupIsOverwritten: ({ ending }) =>
    ending.overwritten.length === 0 ? undefined : `${ending.overwritten.join(', ')} was written twice on the target`,

  theSwitchIsObeyed: ({ evidence }) =>
    first(evidence.writes, ({ verb, plural, name, pausedForMs }) =>
      pausedForMs > noticedAfterMs && (verb === 'create' || verb === 'delete')
        ? `${verb} of ${plural} ${name} when Soteria had been paused for ${pausedForMs / 1000} s`
        : undefined,
    ),

  /** With the Snapshot goes its attach ticket: a detached volume would never be backed up. */
  noWaitingSnapshotIsGivenUp: ({ evidence }) =>
    first(evidence.writes, ({ name, waitedMs = rules.stallMs }) =>
      waitedMs + clocksDifferMs < rules.stallMs
        ? `snapshot ${name} was given up after ${waitedMs / 1000} s, while Longhorn was about to take it`
        : undefined,
    ),

  noForeignObjectIsTouched: ({ evidence }) =>
    first(evidence.writes, ({ uid, verb, plural, name }) =>
      evidence.foreign.has(uid) ? `${verb} of ${plural} ${name}, which others made` : undefined,
    ),

  limitsAreKept({ evidence: { most }, ending: { limits } }) {
    if (most.slots > limits.cluster) return `${most.slots} slots were held, ${limits.cluster} are allowed`;
    if (most.running > limits.cluster) return `${most.running} were Running, ${limits.cluster} are allowed`;
    return most.runningOfClaim > 1 ? `${most.runningOfClaim} of one claim were Running at once` : undefined;
  },

  noSlotIsLeft: ({ ending }) => (ending.slotsInUse === 0 ? undefined : `${ending.slotsInUse} slots are still held`),

  nothingTemporaryIsLeft({ ending, evidence }) {
    const objects = [...ending.snapshots, ...ending.backups];
    const watched = objects.find(({ metadata }) => metadata.labels?.[watchLabel] !== undefined);
    if (watched !== undefined && watched.metadata.deletionTimestamp === undefined) {
      return `${watched.kind} ${watched.metadata.name} is still watched`;
    }
    // Of each volume the newest backed-up snapshot stays: the base of the next increment. One whose operation somebody deleted is
    // superseded by the next backup.
    const followed = namesAlive(ending.snapshots).filter(
      (one) => !evidence.removedByOthers.has(madeBy(one) ?? '') && !evidence.kept.has(one.metadata.name),
    );
    const kept = Map.groupBy(followed, ({ spec }) => spec.volume);
    return first(kept, ([volume, all]) =>
      all.length <= 1 ? undefined : `volume ${volume} keeps ${all.map(({ metadata }) => metadata.name).join(', ')}`,
    );
  },

  anUnsuccessfulOneLeavesNothing: ({ ending, evidence }) =>
    first([...ending.operations, ...deletedOnes(evidence)], (one) => {
      if (one.status?.phase === 'Succeeded') return undefined;
      const { uid } = one.metadata;
      const half = ending.backups.find(
        (backup) =>
          uidOfBackup(backup) === uid &&
          backup.metadata.deletionTimestamp === undefined &&
          backup.status?.state !== 'Completed',
      );
      if (half !== undefined) return `${nameOf(one)} left backup ${half.metadata.name}, ${half.status?.state}`;
      // One that was Completed first is a restore point all the same; its snapshot is then the base of the next increment.
      if (ending.onTarget.some((record) => ownerOf(record) === uid)) return undefined;
      // One whose backup somebody deleted is superseded by the next backup.
      const snapshot = namesAlive(ending.snapshots).find(
        (each) =>
          madeBy(each) === uid &&
          !evidence.removedByOthers.has(each.metadata.name) &&
          !evidence.kept.has(each.metadata.name),
      );
      return snapshot === undefined ? undefined : `${nameOf(one)} left snapshot ${snapshot.metadata.name}`;
    }),

  /** While it lies on the target Longhorn removes no blocks of the volume. The look for leftovers comes once a day. */
  noInterruptedUploadStays: ({ ending }) =>
    first(ending.backups, ({ metadata, status }) => {
      const ageMs = ending.endedAt.getTime() - Date.parse(metadata.creationTimestamp);
      if ((status?.state ?? '') !== '' || ageMs < interruptedGoesAfterMs) return undefined;
      const owner = ending.operations.find((one) => isOfClaim(one) && isNameOfAttempt(one, metadata.name));
      return owner === undefined ? undefined : `${nameOf(owner)} left the interrupted upload ${metadata.name}`;
    }),

  statusNeverGoesBackwards: ({ evidence }) =>
    first(evidence.changes, ({ before, after }) => {
      if (before === undefined || after === undefined) return undefined;
      const [was, is] = [before.status, after.status];
      if (was !== undefined && is === undefined) return `${nameOf(after)} lost its status`;
      if (rankOf(is?.phase) < rankOf(was?.phase)) return `${nameOf(after)} went from ${was?.phase} to ${is?.phase}`;
      if (isTerminal(was?.phase) && is?.phase !== was?.phase) return `${nameOf(after)} ended twice`;
      if ((is?.progress ?? 0) < (was?.progress ?? 0)) {
        return `${nameOf(after)} went from ${was?.progress} % to ${is?.progress} %`;
      }
      return is?.joined === undefined || (was?.joined ?? []).every((identity) => is.joined?.includes(identity) === true)
        ? undefined
        : `${nameOf(after)} forgot who had joined it`;
    }),

  everyEndIsExplained: ({ ending }) =>
    first(ending.operations, (one) => {
      const { phase, error } = one.status ?? {};
      if (phase === undefined || phase === 'Succeeded' || !isTerminal(phase)) return undefined;
      const isExplained = error !== undefined && [error.what, error.why, error.fix].every((text) => text.length > 5);
      return isExplained ? undefined : `${nameOf(one)} is ${phase} and does not say what, why and how to fix it`;
    }),

  everyEndIsTold: ({ ending, evidence }) =>
    first(ending.operations.filter(isOfClaim), (one) => {
      const fact = { Succeeded: 'completed', Failed: 'failed', Cancelled: 'failed', Skipped: 'skipped' }[
        one.status?.phase as string
      ];
      return fact === undefined || evidence.facts.has(factId(one.metadata.uid, fact))
        ? undefined
        : `nobody was told that ${nameOf(one)} is ${one.status?.phase}`;
    }),

  /** While its restore point is there, one that has succeeded is not run again, however often it is applied. */
  whatHasRunIsNotRunAgain({ ending, evidence }) {
    const before = [...ending.operations, ...deletedOnes(evidence)].filter(({ spec }) => spec.identity === undefined);
    const ran = before.filter(({ status }) => status?.phase === 'Succeeded' && status.result?.reused !== true);
    const byName = Map.groupBy(ran, nameOf);
    return first(byName, ([name, all]) => {
      const points = new Set(all.map(({ status }) => status?.result?.backup ?? ''));
      const isRemoved = [...points].some((point) => evidence.removedByOthers.has(point));
      return points.size < 2 || isRemoved ? undefined : `${name} was run again: ${[...points].join(', ')}`;
    });
  },

  /** Each claim once, and the counts of the parent are true. */
  aNamespaceCountsItsClaims({ ending, evidence }) {
    const deleted = deletedOnes(evidence);
    const all = [...ending.operations, ...deleted].filter(isOfClaim);
    return first(ending.operations, (one) => {
      if (one.spec.kind !== 'NamespaceBackup') return undefined;
      const children = all.filter(({ spec }) => spec.identity?.startsWith(`namespace:${one.metadata.uid}:`) === true);
      const claims = new Set(children.map(({ spec }) => spec.request.pvc));
      // Somebody who deletes a child has it made again, or not counted.
      if (children.some((child) => deleted.includes(child))) return undefined;
      if (claims.size < children.length) return `${nameOf(one)} has backed up a claim twice`;
      const { phase, result } = one.status ?? {};
      const good = children.filter(({ status }) => status?.phase === 'Succeeded').length;
      if (phase === 'Succeeded' && good < claimNames.length) return `${nameOf(one)} is Succeeded with ${good} claims`;
      const told = result?.claimsBackedUp ?? good;
      return told === good ? undefined : `${nameOf(one)} says ${told} claims, and ${good} are backed up`;
    });
  },

  noDueInstantIsAskedForTwice: ({ evidence }) => askedForTwice(evidence, 'policy/'),
  noTestIsAskedForTwice: ({ evidence }) => askedForTwice(evidence, 'verify/'),
  aMissedTestIsCaughtUp: ({ evidence }) => evidence.letUntested[0],
  noPruneGoesWithoutItsYes: ({ evidence }) => evidence.prunedWithoutYes[0],
  aMissedInstantIsCaughtUp: ({ evidence }) => evidence.letPass[0],
  aPruneKeepsWhatMustStay: ({ evidence }) => evidence.prunedWrongly[0],

  everyRecordIsWellFormed: ({ ending }) =>
    first(ending.operations, (one) => {
      const parsed = operationStatus.safeParse(one.status);
      return parsed.success ? undefined : `${nameOf(one)}: ${parsed.error.issues[0]?.path.join('.')} is not valid`;
    }),

  nothingSurprises: ({ evidence }) => evidence.surprises[0],
} as const satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof invariants;

/** The first invariant that does not hold, with what broke it. */
export function firstBroken(played: Played): { readonly name: InvariantName; readonly why: string } | undefined {
  for (const [name, holds] of Object.entries(invariants)) {
    const why = holds(played);
    if (why !== undefined) return { name: name as InvariantName, why };
  }
  return undefined;
}
