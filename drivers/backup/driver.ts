/**
 * What the function `backup` needs of a driver. Queue, slots, pause, ending, facts and doors are the function's own.
 *
 * A driver gets back only worlds, places and actions that this same driver has answered, whatever their type is. Its own actions have
 * other names than those of `BackupStep`; an action that creates or deletes is named `create-…` or `delete-…`, so that the pause holds it.
 */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume } from '@soteria/shared/kubernetes/core-types.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { AdvanceCall, AnyAction, Known } from '@soteria/shared/operation/engine/advance.ts';
import type { DriverHere, DriverName } from '@soteria/shared/operation/kinds/drivers.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { ClaimRef } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation, OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import type { Advance } from '@soteria/shared/operation/record/status.ts';
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';
import type { PresentClaim } from '@soteria/shared/restore-points/present-claim.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { BackupStep } from './action.ts';
import type { Situation } from './situation.ts';
import type { BackupWorld, Rules } from './world.ts';

/** How a backup begins: the slot that it needs, then the first names in its record. */
export interface Beginning {
  readonly need: SlotNeed;
  readonly first: Advance;
}

/** The driver's members of the answer to a request. */
export interface BackupView {
  readonly volume: string | null;
  readonly backup: string;
  readonly backup_target: string | null;
  readonly mode: 'incremental' | 'full';
  readonly estimated_bytes: bigint | null;
}

/** What a driver knows of the world, does about it, and where it looks. */
export interface Kit {
  readonly world: BackupWorld;
  readonly action: AnyAction;
  readonly place: string;
}

/** Pure. */
export interface BackupDecisions<K extends Kit = Kit> {
  readonly name: DriverName;
  /** Whether this driver has begun the work that is recorded. */
  hasBegun(work: OperationWork | undefined): boolean;
  /** The names of what it has made, as they are recorded. */
  namesIn(work: OperationWork | undefined): readonly (string | undefined)[];
  /** Why a backup of what stands under a claim cannot be made by this driver; undefined when it can. */
  whyVolumeNot(volume: PersistentVolume): string | undefined;
  /** What must be looked at next to know whether the claim can be backed up. */
  nextLooks(world: K['world']): readonly K['place'][];
  /** Everything that stands against it, of what was looked at, in the order a person would check it. */
  blockersOf(ref: ClaimRef, world: K['world']): SoteriaError[];
  /** Where the restore points of the claim are looked at. */
  readonly pointsAt: K['place'];
  hasListed(world: K['world']): boolean;
  pointsOf(world: K['world'], own: OwnClusters): readonly KnownPoint<unknown>[];
  /** The driver's name of what stands under the claim now, as its points name it. */
  volumeOf(world: K['world']): string | undefined;
  /** The name of the point that an operation of the same name and another uid has made. */
  madeByNamesake(operation: Operation, world: K['world']): string | undefined;
  begin(operation: Operation, world: K['world']): Beginning | SoteriaError;
  /** Running: the next step. */
  decide(situation: Situation<K['world']>): BackupStep<K['place']> | K['action'];
  /** After the end: what is still to be removed or unmarked, also of a backup that never began. */
  tidy(situation: Situation<K['world']>): BackupStep<K['place']> | K['action'] | undefined;
  /** What stays for good although it should be removed, in words for the record. */
  whatStays(world: K['world']): readonly string[];
  /** Whether this record is held by the pause, like the create that follows it in the same wake-up. */
  isIntent(operation: Operation, status: OperationStatus): boolean;
  /** What is still known after this record. */
  afterRecord(known: Known<K['world']>, status: OperationStatus): K['world'];
  /** What of all that was seen still holds at the next wake-up. */
  lasting(known: Known<K['world']>): K['world'];
  view(operation: Operation, world: K['world'], rules: Rules): BackupView;
}

/** An object that wakes the function, as it was just read. */
export interface Watched<World extends BackupWorld = BackupWorld> {
  readonly uid: string;
  readonly marks: Readonly<Record<string, string>>;
  /** It may have lost its marks; then the open Operation that names it is meant. */
  readonly mayLoseMarks: boolean;
  /** How far it has come while the Operation can only wait; undefined when the Operation must be looked at. */
  readonly step: string | undefined;
  /** What it is to this Operation. */
  seenBy(operation: Operation): World;
}

/** The object of an operation that does not follow it any more. */
export interface Orphan {
  readonly operation: ObjectRef;
  /** Of that operation. */
  readonly uid: string;
  readonly object: ObjectRef;
}

export interface Reachability {
  readonly isReachable: boolean;
  readonly why?: string | undefined;
}

export interface BackupDriver<K extends Kit = Kit> extends BackupDecisions<K> {
  look(known: Known<K['world']>, places: readonly K['place'][], signal?: AbortSignal): Promise<K['world']>;
  perform(known: Known<K['world']>, action: K['action'], signal?: AbortSignal): Promise<Known<K['world']>>;
  /** What would refuse the objects of a first attempt; nothing is made. */
  whyRefused(situation: Omit<Situation<K['world']>, 'now'>, signal?: AbortSignal): Promise<readonly SoteriaError[]>;
  listPoints(signal?: AbortSignal): Promise<readonly PointFacts[]>;
  /** The claim as it is now; undefined when there is none. */
  presentClaim(ref: ClaimRef, signal?: AbortSignal): Promise<PresentClaim | undefined>;
  /** Kinds of the objects whose changes wake the function. */
  readonly watches: readonly string[];
  /** Undefined: there is no such object, or it is not this driver's. */
  readWatched(kind: string, ref: ObjectRef, signal?: AbortSignal): Promise<Watched<K['world']> | undefined>;
  tidyOrphan(orphan: Orphan, call: AdvanceCall): Promise<void>;
  /** Of everything that is watched, what no open Operation follows. */
  tidyLeftovers(call: AdvanceCall): Promise<void>;
  /** Whether the system behind it answers, as of a few seconds ago; a plan shows it, nothing depends on it. Left out: there is nothing to ask. */
  checkReachability?(): Promise<Reachability>;
}

/** The drivers of this version, and any more that are put beside them. */
export type BackupDrivers = Readonly<Record<DriverHere, BackupDriver> & Partial<Record<DriverName, BackupDriver>>>;
