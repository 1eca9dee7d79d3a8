/** A driver for restores that makes an ordinary claim, whose volume Kubernetes makes, and fills it. For tests of the seam. */
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { knownPoints } from '@soteria/shared/restore-points/restore-point.ts';
import { isOurs, marksOf, refusedBecause } from '../../drivers/restore/about-operation.ts';
import type { RestoreStep } from '../../drivers/restore/action.ts';
import { decideBound } from '../../drivers/restore/bound.ts';
import type { RestoreDriver, RestoreParts } from '../../drivers/restore/driver.ts';
import { decidePermanent, removeClaim } from '../../drivers/restore/permanent.ts';
import type { RestoredShape } from '../../drivers/restore/shape.ts';
import type { Situation as SituationOf } from '../../drivers/restore/situation.ts';
import type { Look, RestoreWorld } from '../../drivers/restore/world.ts';
import { type Copy, memoryName, memoryPoints, type MemoryRepository } from './memory-repository.ts';

interface World extends RestoreWorld {
  readonly points?: Look<readonly Copy[]>;
  readonly isFilled?: Look<true>;
}
type Place = 'points' | 'liveVolume' | 'persistentVolume' | 'isFilled';
interface OwnAction {
  readonly do: 'create-filling';
}
type Situation = SituationOf<World>;

interface MemoryKit {
  readonly world: World;
  readonly action: OwnAction;
  readonly place: Place;
  readonly source: Copy;
}

const shape: RestoredShape = {
  isRecorded: false,
  storageClassName: 'standard',
  accessModes: ['ReadWriteOnce'],
  volumeMode: 'Filesystem',
  fsType: 'ext4',
  labels: {},
  annotations: {},
  sizeBytes: 1n << 30n,
  volume: { isEncrypted: false },
};

function claimDraft(operation: Operation, { storageClassName, accessModes, sizeBytes }: RestoredShape) {
  const { namespace, pvc: name } = claimRefOf(operation);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace, name, labels: { ...marksOf(operation) } },
    spec: { storageClassName, accessModes: [...accessModes], resources: { requests: { storage: String(sizeBytes) } } },
  };
}

function decide(situation: Situation): RestoreStep<Place> | OwnAction {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (status.work?.isPermanent === true) {
    return decidePermanent<RestoreStep<Place>>(situation, { keep: () => undefined, sizeBytes: () => undefined });
  }
  if (status.work?.claimMade !== true) {
    if (world.claim === undefined) return { do: 'look', at: 'claim' };
    const claim = world.claim.seen;
    if (claim === undefined) return { do: 'create-claim', draft: claimDraft(operation, shape) };
    if (!isOurs(operation, claim.metadata.labels)) {
      const taken = refusedBecause.targetTaken(operation, 'it was not made for it');
      return { do: 'record', status: refuse(status, 'Failed', taken, now) };
    }
    const step = { step: 'restore', progress: 30, message: 'files come back', work: { claimMade: true } };
    return { do: 'record', status: advance(status, step, now) };
  }
  if (world.isFilled === undefined) return { do: 'look', at: 'isFilled' };
  return world.isFilled.seen === true ? decideBound(situation, 'the files are back') : { do: 'create-filling' };
}

export function createMemoryRestores(
  repository: MemoryRepository,
  { cluster }: Pick<RestoreParts, 'cluster'>,
): RestoreDriver<MemoryKit> {
  const keyOf = (operation: Operation): string => {
    const { namespace, pvc } = claimRefOf(operation);
    return `${namespace}/${pvc}`;
  };
  return {
    name: memoryName,
    hasBegun: (work) => work?.restorePoint !== undefined,
    namesIn: () => [],
    pointsAt: 'points',
    liveVolumeAt: 'liveVolume',
    pointsOf: ({ points }, own) => points && knownPoints(memoryPoints, points.seen ?? [], own),
    nextLook: () => undefined,
    shapeOf: () => shape,
    bytesToRead: () => 17n,
    staticStorageClass: '',
    readsFirst: () => undefined,
    makesFirst: () => undefined,
    whyStoreNot: () => undefined,
    whyBaseNot: () => undefined,
    prepare: () => undefined,
    slotOf: () => ({ on: 'repository', key: 'memory', mode: 'shared' }),
    begin: () => ({}),
    volumeNameOf: () => null,
    decide,
    decideDamage: () => false,
    tidy: (situation, isKept) =>
      isKept || statusOf(situation.operation).work?.claim === undefined ? undefined : removeClaim(situation),
    whatStays: () => undefined,
    afterRecord: (world) => world,
    claimDraft,
    urls: memoryPoints.urls,
    async look({ operation, world }, place, signal) {
      switch (place) {
        case 'points':
          return { ...world, points: { seen: repository.points() } };
        case 'liveVolume':
          return { ...world, liveVolume: { seen: undefined } };
        case 'persistentVolume': {
          const name = world.claim?.seen?.spec?.volumeName ?? '';
          const seen = name === '' ? undefined : await cluster.getPersistentVolume(name, signal);
          return { ...world, persistentVolume: { seen } };
        }
        case 'isFilled':
          return { ...world, isFilled: { seen: repository.filled.has(keyOf(operation)) ? true : undefined } };
      }
    },
    perform({ operation, world }) {
      repository.filled.add(keyOf(operation));
      return Promise.resolve({ operation, world: { ...world, isFilled: { seen: true } } });
    },
    listPoints: () => Promise.resolve(repository.points().map((copy) => memoryPoints.describe(copy))),
    async presentClaim({ namespace, pvc }, signal) {
      const claim = await cluster.getClaim(namespace, pvc, signal);
      const volume = claim?.spec?.volumeName;
      return claim && { namespace, pvc, volume, terminatingSince: claim.metadata.deletionTimestamp };
    },
    watches: [],
    readWatched: () => Promise.resolve(undefined),
    listMarked: () => Promise.resolve([]),
  };
}
