/**
 * Planted bugs, at least one for each invariant: a part of the real thing is swapped for a broken one, and the named invariant
 * must notice. An invariant without a row does not compile.
 */
import { decideBackup as decideWith } from '@soteria/backup/claim/decide-backup.ts';
import type { Action } from '../../drivers/longhorn/backup/action.ts';
import { longhornDecisions } from '../../drivers/longhorn/backup/driver.ts';
import type { Situation } from '../../drivers/longhorn/backup/situation.ts';
import type { BackupTools } from '@soteria/backup/tools.ts';
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { isTerminal, type OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Mutation } from './compose.ts';
import type { InvariantName } from './invariants.ts';
import { furtherPolicyMutants, policyMutants } from './policy-mutants.ts';

type Decide = (situation: Situation) => Action;

const decideBackup: Decide = (situation) => decideWith(longhornDecisions, situation);

/** Changes what is about to be recorded. */
function recordOtherwise(change: (status: OperationStatus, situation: Situation) => OperationStatus): Decide {
  return (situation) => {
    const action = decideBackup(situation);
    return action.do === 'record' ? { do: 'record', status: change(action.status, situation) } : action;
  };
}

const settle = ({ operation }: Situation): Action => ({
  do: 'record',
  status: { ...statusOf(operation), settled: true },
});

/** Leaves out one kind of action when an Operation is being tidied. */
const tidyWithout =
  (...left: readonly Action['do'][]): Decide =>
  (situation) => {
    const action = decideBackup(situation);
    return left.includes(action.do) && isTerminal(situation.operation.status?.phase) ? settle(situation) : action;
  };

const withTools = (change: (tools: BackupTools) => Partial<BackupTools>): Mutation => ({
  change: (tools) => ({ ...tools, ...change(tools) }),
});

/** Takes whatever has the name for its own. */
const takeForOurs: Decide = ({ world, operation, ...rest }) => {
  const marks = { [operationUidLabel]: operation.metadata.uid };
  const snapshot = world.snapshot?.seen === undefined ? world.snapshot : { seen: { ...world.snapshot.seen, marks } };
  const points = world.points && { seen: world.points.seen?.map((one) => ({ ...one, marks })) };
  const seen = { ...world, ...(snapshot && { snapshot }), ...(points && { points }) };
  return decideBackup({ ...rest, operation, world: seen });
};

/** A name that was made and is missed is made again. */
const makeAgain: Decide = (situation) => {
  const { operation, world } = situation;
  const status = statusOf(operation);
  if (isTerminal(status.phase) || status.work?.backupMade !== true || world.backup === undefined) {
    return decideBackup(situation);
  }
  if (world.backup.seen !== undefined) return decideBackup(situation);
  const { backup: _seen, ...unseen } = world;
  const { backup: intended = '' } = status.work;
  const work = { ...status.work, backupMade: false };
  const again = { ...operation, status: { ...status, work } };
  return decideBackup({ ...situation, world: { ...unseen, intended }, operation: again });
};

/** Calls a backup done as soon as Longhorn has uploaded it. */
const trustUploads: Decide = (situation) => {
  const { world, now } = situation;
  const seen = world.backup?.seen;
  if (seen?.state !== 'Completed') return decideBackup(situation);
  const at = now.toISOString();
  const backup = { seen: { ...seen, lastSyncedAt: at, url: seen.url ?? 's3://', backupTargetName: 'default' } };
  const backupVolume = { seen: { name: '', volume: '', backupTargetName: '', labels: {}, sizeBytes: 1n } };
  return decideBackup({ ...situation, world: { ...world, backup, backupVolume } });
};

/** Whoever finds the name of a backup in the record asks for it, whoever has put it there. */
const makeForOthers: Decide = (situation) => {
  const { operation, world } = situation;
  const name = statusOf(operation).work?.backup;
  return decideBackup(name === undefined ? situation : { ...situation, world: { ...world, intended: name } });
};

/** As Longhorn's `error` reads when nobody asks whether the snapshot was taken. */
const takeWaitForFailure: Decide = (situation) => {
  const seen = situation.world.snapshot?.seen;
  if (seen?.waitMessage === undefined) return decideBackup(situation);
  const snapshot = { seen: { ...seen, error: seen.waitMessage } };
  return decideBackup({ ...situation, world: { ...situation.world, snapshot } });
};

/** As if whoever reads the target had read the backups of each volume. */
const trustReadingsOfTarget: Decide = (situation) => {
  const { backupVolume, target } = situation.world;
  if (backupVolume?.seen === undefined || target?.seen === undefined) return decideBackup(situation);
  const read = { seen: { ...backupVolume.seen, lastSyncedAt: target.seen.lastSyncedAt } };
  return decideBackup({ ...situation, world: { ...situation.world, backupVolume: read } });
};

/** As if a refused deletion had not been answered. */
const forgetRefusals: Decide = (situation) => {
  const { kept: _kept, ...world } = situation.world;
  return decideBackup({ ...situation, world });
};

const noPeers: Decide = (situation) =>
  decideBackup({ ...situation, world: { ...situation.world, peers: { seen: [] } } });

export const mutants: { readonly [N in InvariantName]: readonly [bug: string, mutation: Mutation] } = {
  everyRecordedRequestEnds: [
    'a backup that is being waited for is never settled',
    {
      decide: (situation) =>
        isTerminal(statusOf(situation.operation).phase) ? { do: 'wait' } : decideBackup(situation),
    },
  ],
  everyAnswerIsRecorded: [
    'a request is answered whether or not it could be stored',
    withTools(({ store, ...rest }) => ({
      ...rest,
      store: {
        ...store,
        create: (draft, signal) =>
          store
            .create(draft, signal)
            .finally(() => undefined)
            .then(async (made) => {
              await store.withdraw(made, signal);
              return made;
            }),
      },
    })),
  ],
  oneOperationPerIdentity: [
    'nobody looks whether a request came before',
    {
      decide: noPeers,
      change: ({ store, ...rest }) => {
        const none = () => Promise.resolve([]);
        return { ...rest, store: { ...store, listOfClaim: none, listOfIdentity: none } };
      },
    },
  ],
  oneRestorablePointPerSuccess: [
    'a success deletes its own backup when it tidies up',
    {
      decide: (situation) => {
        const action = decideBackup(situation);
        const own = situation.world.backup?.seen;
        const isAtTheEnd = action.do === 'leave-slot' && situation.operation.status?.phase === 'Succeeded';
        return isAtTheEnd && own !== undefined && !own.isDeleting
          ? { do: 'delete-backup', name: own.name, seen: own }
          : action;
      },
    },
  ],
  aSuccessIsRestorable: ['an uploaded backup is taken for a restorable one', { decide: trustUploads }],
  noNameIsMadeTwice: ['a backup that vanished is made again under its name', { decide: makeAgain }],
  noGoodBackupIsOverwritten: ['a backup that was made and vanished is made again', { decide: makeAgain }],
  everyBackupIsAskedForOnce: ['whoever finds the name of a backup asks for it', { decide: makeForOthers }],
  theSwitchIsObeyed: [
    'nobody looks at the switch',
    { decide: (situation) => decideBackup({ ...situation, world: { ...situation.world, paused: { seen: false } } }) },
  ],
  noWaitingSnapshotIsGivenUp: ['what a snapshot waits for is taken for its failure', { decide: takeWaitForFailure }],
  noForeignObjectIsTouched: ['whatever has the name is taken for our own', { decide: takeForOurs }],
  limitsAreKept: [
    'everybody is let in, and nobody looks at the others',
    {
      decide: noPeers,
      change: (tools) => ({ ...tools, slots: { ...tools.slots, enter: () => Promise.resolve({ entered: true }) } }),
    },
  ],
  noSlotIsLeft: [
    'slots are neither given back nor recovered',
    { slots: (slots) => ({ ...slots, leave: () => Promise.resolve(), recover: () => Promise.resolve(0) }) },
  ],
  nothingTemporaryIsLeft: ['the watch label stays', { decide: tidyWithout('unwatch-snapshot', 'unwatch-backup') }],
  anUnsuccessfulOneLeavesNothing: [
    'what is half made stays, and is not looked for later',
    { decide: tidyWithout('delete-backup', 'delete-snapshot'), deafTo: ['dev.soteria.leftovers.due.v1'] },
  ],
  noInterruptedUploadStays: [
    'an upload of ours that was interrupted is not recognised by its name',
    {
      longhorn: (longhorn) => ({
        ...longhorn,
        backups: {
          ...longhorn.backups,
          list: async (filter, signal) =>
            (await longhorn.backups.list(filter, signal)).filter(({ state }) => state !== ''),
        },
      }),
    },
  ],
  statusNeverGoesBackwards: [
    'progress is what Longhorn says now',
    { decide: recordOtherwise((status) => ({ ...status, progress: status.progress % 50 })) },
  ],
  everyEndIsExplained: [
    'the fix is left out',
    {
      decide: recordOtherwise((status) =>
        status.error === undefined ? status : { ...status, error: { ...status.error, fix: '' } },
      ),
    },
  ],
  everyEndIsTold: ['nobody is told', withTools(() => ({ announce: () => Promise.resolve() }))],
  whatHasRunIsNotRunAgain: [
    'nobody looks whether an operation has been run before',
    {
      decide: (situation) => {
        const { world, operation } = situation;
        const isNew = operation.status?.phase !== 'Running' && world.points !== undefined;
        return decideBackup(isNew ? { ...situation, world: { ...world, points: { seen: [] } } } : situation);
      },
    },
  ],
  aNamespaceCountsItsClaims: [
    'a namespace counts one more than there are',
    withTools(({ store }) => ({
      store: {
        ...store,
        replaceStatus: (operation, status, signal) => {
          const { claimsBackedUp } = status.result ?? {};
          const result =
            claimsBackedUp === undefined ? {} : { result: { ...status.result, claimsBackedUp: claimsBackedUp + 1 } };
          return store.replaceStatus(operation, { ...status, ...result }, signal);
        },
      },
    })),
  ],
  ...policyMutants,
  everyRecordIsWellFormed: [
    'a progress of more than a hundred is recorded',
    { decide: recordOtherwise((status) => (status.progress === 100 ? { ...status, progress: 101 } : status)) },
  ],
  nothingSurprises: [
    'a decision throws where it should answer',
    {
      decide: (situation) => {
        if (situation.world.backup?.seen?.state === 'Completed') throw new TypeError('planted');
        return decideBackup(situation);
      },
    },
  ],
};

/** Bugs that break an invariant in another way than the first. */
export const furtherMutants: readonly [invariant: InvariantName, bug: string, mutation: Mutation][] = [
  [
    'oneRestorablePointPerSuccess',
    'a reading of the target is taken for a reading of the volume’s backups',
    { decide: trustReadingsOfTarget },
  ],
  [
    'nothingSurprises',
    'a snapshot that Longhorn refuses to delete is deleted again and again',
    { decide: forgetRefusals },
  ],
  ...furtherPolicyMutants,
  [
    'nothingTemporaryIsLeft',
    'nobody looks for what a deleted operation has left',
    { deafTo: ['dev.soteria.leftovers.due.v1'] },
  ],
];
