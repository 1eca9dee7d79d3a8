/** A driver for backups that knows no Longhorn: one object beside the claim does the work. For tests of the seam. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { knownPoints } from '@soteria/shared/restore-points/restore-point.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { isOurs, marksOf, notBackedUp, refusedBecause } from '../../drivers/backup/about-operation.ts';
import type { BackupStep } from '../../drivers/backup/action.ts';
import { attemptsOf } from '../../drivers/backup/attempts.ts';
import { limitsOf } from '../../drivers/backup/deadline.ts';
import type { BackupDriver } from '../../drivers/backup/driver.ts';
import type { Situation as SituationOf } from '../../drivers/backup/situation.ts';
import { whyClaimNot } from '../../drivers/backup/why-claim-not.ts';
import type { BackupWorld, Look } from '../../drivers/backup/world.ts';
import { type Copy, memoryName, memoryPoints, type MemoryRepository } from './memory-repository.ts';

interface World extends BackupWorld {
  readonly copy?: Look<Copy>;
  readonly points?: Look<readonly Copy[]>;
}
type Place = 'claim' | 'copy' | 'points';
type OwnAction = { readonly do: 'create-copy' } | { readonly do: 'delete-copy' };
type Action = BackupStep<Place> | OwnAction;
type Situation = SituationOf<World>;

interface MemoryKit {
  readonly world: World;
  readonly action: OwnAction;
  readonly place: Place;
}

const limits = limitsOf('look at the copy');
const nameOf = ({ metadata }: Operation, attempt: number): string => `${metadata.name}-r${attempt}`;
const { decideNext, retryLater, retryOrFail } = attemptsOf({
  firstStep: 'copy',
  workOf: (operation, _work, attempt) => ({ attempt, snapshot: nameOf(operation, attempt) }),
  limits,
});

function decide(situation: Situation): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const { retryAt, snapshot: name = '', snapshotMade } = status.work ?? {};
  if (world.copy === undefined) return { do: 'look', at: 'copy' };
  const copy = world.copy.seen;
  if (retryAt !== undefined) return decideNext<Action>(situation, copy && { do: 'delete-copy' });
  if (operation.spec.cancelRequested === true) {
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  if (copy === undefined) {
    if (snapshotMade === true) return retryOrFail(situation, `copy ${name} disappeared`);
    return limits.decideLateStart(situation, `copy ${name} could not be made`) ?? { do: 'create-copy' };
  }
  if (!isOurs(operation, copy)) return retryOrFail(situation, `copy ${name} was not made for it`);
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  if (snapshotMade !== true) {
    const step = { step: 'copy', progress: 30, message: `copy ${name} is being made`, work: { snapshotMade: true } };
    return { do: 'record', status: advance(status, step, now) };
  }
  if (copy.state === 'failed') {
    const fix = 'ask again';
    return retryLater(situation, new SoteriaError('backup_failed', { what: notBackedUp(operation), why: 'no', fix }));
  }
  if (copy.state === 'copying') return limits.decideDeadline(situation, `copy ${name} is made`) ?? { do: 'wait' };
  const { id, data_as_of: dataAsOf } = memoryPoints.describe(copy);
  const result = { restorePoint: id, backup: name, ...(dataAsOf === null ? {} : { dataAsOf }) };
  return { do: 'record', status: succeed(status, result, `copy ${name} is complete`, now) };
}

export function createMemoryBackups(
  repository: MemoryRepository,
  { cluster, now }: { readonly cluster: ClusterReader; readonly now: () => Date },
): BackupDriver<MemoryKit> {
  const copyOf = (operation: Operation) => ({
    namespace: operation.metadata.namespace ?? '',
    name: statusOf(operation).work?.snapshot ?? '',
  });
  return {
    name: memoryName,
    hasBegun: (work) => work?.snapshot !== undefined,
    namesIn: (work) => [work?.snapshot],
    whyVolumeNot: () => undefined,
    nextLooks: ({ claim }) => (claim === undefined ? ['claim'] : []),
    blockersOf(ref, { claim }) {
      const why = claim && whyClaimNot(ref, claim);
      return why === undefined ? [] : [why];
    },
    pointsAt: 'points',
    hasListed: ({ points }) => points !== undefined,
    pointsOf: ({ points }, own) => knownPoints(memoryPoints, points?.seen ?? [], own),
    volumeOf: ({ claim }) => claim?.seen?.spec?.volumeName,
    madeByNamesake: () => undefined,
    begin: (operation) => ({
      need: { on: 'repository', key: 'memory', mode: 'shared' },
      first: {
        step: 'copy',
        progress: 10,
        message: 'making a copy',
        work: { attempt: 1, snapshot: nameOf(operation, 1) },
      },
    }),
    decide,
    tidy({ operation, world }) {
      if (statusOf(operation).phase === 'Succeeded' || statusOf(operation).work === undefined) return undefined;
      if (world.copy === undefined) return { do: 'look', at: 'copy' };
      const copy = world.copy.seen;
      return copy !== undefined && isOurs(operation, copy) ? { do: 'delete-copy' } : undefined;
    },
    whatStays: () => [],
    isIntent: ({ status }, { work }) => work?.snapshot !== undefined && work.snapshot !== status?.work?.snapshot,
    afterRecord({ operation, world }, { work }) {
      const { copy, ...rest } = world;
      const isSame = work?.attempt === statusOf(operation).work?.attempt && copy !== undefined;
      return isSame ? { ...rest, copy } : rest;
    },
    lasting: () => ({}),
    view: (operation) => ({
      volume: null,
      backup: statusOf(operation).work?.snapshot ?? nameOf(operation, 1),
      backup_target: null,
      mode: 'incremental',
      estimated_bytes: null,
    }),
    async look({ operation, world }, places, signal) {
      const { namespace, pvc } = claimRefOf(operation);
      return {
        ...world,
        ...(places.includes('claim') ? { claim: { seen: await cluster.getClaim(namespace, pvc, signal) } } : {}),
        ...(places.includes('copy') ? { copy: { seen: repository.get(copyOf(operation)) } } : {}),
        ...(places.includes('points') ? { points: { seen: repository.points() } } : {}),
      };
    },
    perform({ operation, world }, action) {
      const { namespace, pvc } = claimRefOf(operation);
      if (action.do === 'delete-copy') {
        repository.delete(copyOf(operation));
        return Promise.resolve({ operation, world: { ...world, copy: { seen: undefined } } });
      }
      const { name } = copyOf(operation);
      const draft = { namespace, name, pvc, marks: marksOf(operation), clusterId: 'cluster-1', at: now() };
      const seen = repository.get(draft) ?? repository.create(draft);
      return Promise.resolve({ operation, world: { ...world, copy: { seen } } });
    },
    whyRefused: () => Promise.resolve([]),
    listPoints: () => Promise.resolve(repository.points().map((copy) => memoryPoints.describe(copy))),
    async presentClaim({ namespace, pvc }, signal) {
      const claim = await cluster.getClaim(namespace, pvc, signal);
      const volume = claim?.spec?.volumeName;
      return claim && { namespace, pvc, volume, terminatingSince: claim.metadata.deletionTimestamp };
    },
    watches: ['Copy'],
    readWatched(_kind, ref) {
      const copy = repository.get(ref);
      const watched = copy && {
        uid: copy.uid,
        marks: copy.marks,
        mayLoseMarks: false,
        step: undefined,
        seenBy: (operation: Operation) => (copyOf(operation).name === copy.name ? { copy: { seen: copy } } : {}),
      };
      return Promise.resolve(watched);
    },
    tidyOrphan: ({ object }) => Promise.resolve(repository.delete(object)),
    tidyLeftovers: () => Promise.resolve(),
  };
}
