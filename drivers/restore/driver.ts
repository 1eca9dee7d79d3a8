/**
 * What the function `restore` needs of a driver. Queue, slots, budget, pause, proofs, ending, facts and doors are the function's own.
 *
 * A driver gets back only worlds, places and actions that this same driver has answered, whatever their type is. Its own actions have
 * other names than those of `RestoreStep`; an action that creates or deletes is named `create-…` or `delete-…`, so that the pause holds it.
 */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft, ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { AdvanceCall, AnyAction, Known } from '@soteria/shared/operation/engine/advance.ts';
import type { DriverHere, DriverName } from '@soteria/shared/operation/kinds/drivers.ts';
import type { ClaimRef } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation, OperationRequest, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import type { PointFacts, PointUrls } from '@soteria/shared/restore-points/port.ts';
import type { PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { ProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import type { Claims } from './claims.ts';
import type { RestoreStep } from './action.ts';
import type { RestoredShape } from './shape.ts';
import type { Situation } from './situation.ts';
import type { RestoreWorld } from './world.ts';

/** What a driver knows of the world, does about it, and where it looks. */
export interface Kit {
  readonly world: RestoreWorld;
  readonly action: AnyAction;
  readonly place: string;
  /** The driver's own record of a point. */
  readonly source: unknown;
}

type Next<K extends Kit> = RestoreStep<K['place']> | K['action'];

/** Pure. */
export interface RestoreDecisions<K extends Kit = Kit> {
  readonly name: DriverName;
  /** Whether this driver has begun the work that is recorded. */
  hasBegun(work: OperationWork | undefined): boolean;
  /** The names of what it has made, as they are recorded. */
  namesIn(work: OperationWork | undefined): readonly (string | undefined)[];
  /** Where the points that a request may mean are looked at, and what the source claim has now under it. */
  readonly pointsAt: K['place'];
  readonly liveVolumeAt: K['place'];
  /** Undefined: not looked at yet. */
  pointsOf(world: K['world'], own: OwnClusters): readonly KnownPoint<K['source']>[] | undefined;
  /** What else must be looked at before the request can be judged. */
  nextLook(operation: Operation, world: K['world']): K['place'] | undefined;
  shapeOf(chosen: KnownPoint<K['source']>, request: OperationRequest): RestoredShape | SoteriaError;
  /** What a restore of it takes from where it is stored. */
  bytesToRead(chosen: KnownPoint<K['source']>): bigint;
  /** A storage class of restored claims that need not exist. */
  readonly staticStorageClass: string;
  /** Name of what is read first, because it may hold the point that is asked for. */
  readsFirst(operation: Operation, world: K['world']): string | undefined;
  /** Name of what is made first, because the volume stands on it. */
  makesFirst(world: K['world']): string | undefined;
  /** Why nothing can be read from where the point is stored. */
  whyStoreNot(operation: Operation, world: K['world']): SoteriaError | undefined;
  /** Why there is nothing that the restored volume could stand on. */
  whyBaseNot(operation: Operation, world: K['world']): SoteriaError | undefined;
  /** What comes before a slot is taken; undefined when the restore may begin. */
  prepare(situation: Situation<K['world']>): Next<K> | undefined;
  /** What a restore of it reads from, with others or alone. */
  slotOf(chosen: KnownPoint<K['source']>): Pick<SlotNeed, 'on' | 'key' | 'mode'>;
  /** The driver's members of the first record. */
  begin(operation: Operation, chosen: KnownPoint<K['source']>): Partial<OperationWork>;
  /** Name of the volume that it makes under the claim; null where Kubernetes makes the volume. */
  volumeNameOf(operation: Operation): string | null;
  /** Running: the next step. */
  decide(situation: Situation<K['world']>): Next<K>;
  /** Whether the restore failed because its point is damaged, or what must be looked at to know it. */
  decideDamage(situation: Situation<K['world']>): boolean | K['place'];
  /** After the end: removes what was made unless it is kept, and releases the point. */
  tidy(situation: Situation<K['world']>, isKept: boolean): Next<K> | undefined;
  /** What stays for good although it should be removed, in words for the record. */
  whatStays(operation: Operation, world: K['world']): string | undefined;
  /** What is still known after a record. */
  afterRecord(world: K['world']): K['world'];
  /** The claim as it would be made. */
  claimDraft(operation: Operation, shape: RestoredShape): Draft<PersistentVolumeClaim>;
}

/** An object that wakes the function, as it was just read. */
export interface Watched<World extends RestoreWorld = RestoreWorld> {
  readonly marks: Readonly<Record<string, string>>;
  /** What is known of it to the Operation that made it. */
  readonly seen: World;
  /** Removes what was made with it, unless an open Operation follows it. */
  tidy(call: AdvanceCall): Promise<void>;
}

export interface RestoreDriver<K extends Kit = Kit> extends RestoreDecisions<K> {
  readonly urls: PointUrls;
  look(known: Known<K['world']>, place: K['place'], signal?: AbortSignal): Promise<K['world']>;
  perform(known: Known<K['world']>, action: K['action'], signal?: AbortSignal): Promise<Known<K['world']>>;
  listPoints(signal?: AbortSignal): Promise<readonly PointFacts[]>;
  /** The claim as it is now; undefined when there is none. */
  presentClaim(ref: ClaimRef, signal?: AbortSignal): Promise<PresentClaim | undefined>;
  /** Kinds of the objects whose changes wake the function. */
  readonly watches: readonly string[];
  /** Undefined: there is no such object, or it is not this driver's. */
  readWatched(kind: string, ref: ObjectRef, signal?: AbortSignal): Promise<Watched<K['world']> | undefined>;
  /** With these marks: of a deleted Operation. */
  listMarked(marks: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly Watched<K['world']>[]>;
}

/** What every driver of restores works with, beside its own system. */
export interface RestoreParts {
  readonly store: Pick<OperationStore, 'get' | 'list'>;
  readonly cluster: Pick<ClusterReader, 'getClaim' | 'getPersistentVolume' | 'isPaused'>;
  readonly claims: Claims;
  readonly proofs: Pick<ProofJobs, 'get' | 'delete'>;
  /** The sweep comes more often while something runs. */
  readonly keepAwake: KeepAwake;
  readonly wakeOther: WakeOther;
  readonly now: () => Date;
}

/** The drivers of this version, and any more that are put beside them. */
export type RestoreDrivers = Readonly<Record<DriverHere, RestoreDriver> & Partial<Record<DriverName, RestoreDriver>>>;
