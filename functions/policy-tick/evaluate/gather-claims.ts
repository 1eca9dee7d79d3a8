/** What the API server and Longhorn tell, as the facts that a tick decides by. Pure. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Namespace, PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { boundVolumeOf, longhornDriver } from '@soteria/shared/longhorn/live-volume.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import { instantOf, isForLatest } from '@soteria/shared/restore-points/order.ts';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import type { AskedBackup, ClaimFacts, NamespaceFacts, NewestPoint, Obstacle, TestFacts } from '../tick/claim-facts.ts';
import { dueOfIdentity } from './due-of-operation.ts';
import type { UnchangedVolumes } from './read-unchanged.ts';
import { gatherTests, type TestsSeen } from './gather-tests.ts';

export interface ClusterSeen {
  readonly namespaces: readonly Namespace[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly persistentVolumes: ReadonlyMap<string, PersistentVolume>;
  /** With what restore tests have said of each. */
  readonly points: readonly RestorePoint[];
  readonly proofs: readonly ClaimProof[];
  /** Of all kinds. */
  readonly operations: readonly Operation[];
  /** Another living cluster writes under the id of this one. */
  readonly sharedId: SoteriaError | undefined;
}

/** One object for all claims. */
const notTested: TestFacts = {};

interface Progress {
  dataAsOf?: Date;
  asked?: AskedBackup;
  /** The newest full point. */
  fullAt?: Date;
  sinceFull?: number;
}

interface Gathered {
  newest?: NewestPoint;
  newestPoint?: RestorePoint;
  newestOfOthers?: Date;
  /** The data of the newest point that a restore test has refuted. */
  refutedAt?: Date;
  readonly progress: Map<string, Progress>;
}

function makerOf({ policy, origin }: RestorePoint): string {
  if (policy !== null) return `policy/${policy}`;
  return origin === 'own' ? 'manual' : origin;
}

function newestOf(point: RestorePoint, at: Date): NewestPoint {
  const { size_bytes: bytes } = point;
  return { at, by: makerOf(point), ...(bytes === null ? {} : { bytes }) };
}

function stateOf({ status }: Operation): AskedBackup['state'] {
  if (!isTerminal(status?.phase)) return 'open';
  if (status?.phase === 'Succeeded') return 'succeeded';
  return status?.phase === 'Skipped' ? 'skipped' : 'failed';
}

function askedBy(operation: Operation, dueAt: Date): AskedBackup {
  const { error } = operation.status ?? {};
  const told = error === undefined ? {} : { why: error.why, errorCode: error.code };
  return { dueAt, state: stateOf(operation), ...told };
}

/** Only the points that retention has kept: where it keeps fewer than N, `full every N` comes earlier. */
function countSinceFull(points: readonly RestorePoint[], known: ReadonlyMap<string, Gathered>): void {
  for (const point of points) {
    const progress = known.get(`${point.namespace}/${point.pvc}`)?.progress.get(point.policy ?? '');
    if (progress?.fullAt === undefined || !isForLatest(point) || point.refuted_at !== null) continue;
    progress.sinceFull = (progress.sinceFull ?? 0) + (instantOf(point) > progress.fullAt.getTime() ? 1 : 0);
  }
}

/** By `namespace/claim`. */
function gather({ points, operations }: ClusterSeen): ReadonlyMap<string, Gathered> {
  const known = new Map<string, Gathered>();
  const of = (key: string): Gathered => {
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = { progress: new Map() }));
    return found;
  };
  for (const point of points) {
    if (!isForLatest(point) || point.namespace === null || point.pvc === null) continue;
    const at = new Date(instantOf(point));
    const claim = of(`${point.namespace}/${point.pvc}`);
    if (point.refuted_at !== null) {
      if (claim.refutedAt === undefined || at > claim.refutedAt) claim.refutedAt = at;
      continue;
    }
    if (claim.newest === undefined || at > claim.newest.at) {
      claim.newest = newestOf(point, at);
      claim.newestPoint = point;
    }
    if (point.policy === null) {
      if (claim.newestOfOthers === undefined || at > claim.newestOfOthers) claim.newestOfOthers = at;
      continue;
    }
    const progress = claim.progress.get(point.policy) ?? {};
    if (progress.dataAsOf === undefined || at > progress.dataAsOf) progress.dataAsOf = at;
    const isFull = point.mode === 'full';
    if (isFull && (progress.fullAt === undefined || at > progress.fullAt)) progress.fullAt = at;
    claim.progress.set(point.policy, progress);
  }
  countSinceFull(points, known);
  for (const operation of operations) {
    if (operation.spec.kind !== 'Backup') continue;
    const due = dueOfIdentity(operation.spec.identity);
    const { pvc } = operation.spec.request;
    if (due === undefined || pvc === undefined) continue;
    const claim = of(`${operation.metadata.namespace ?? ''}/${pvc}`);
    const progress = claim.progress.get(due.policy) ?? {};
    if (progress.asked === undefined || due.dueAt > progress.asked.dueAt) {
      claim.progress.set(due.policy, { ...progress, asked: askedBy(operation, due.dueAt) });
    }
  }
  return known;
}

function obstacleOf(
  { status, spec }: PersistentVolumeClaim,
  persistentVolumes: ClusterSeen['persistentVolumes'],
): Obstacle | undefined {
  if (status?.phase !== 'Bound')
    return { code: 'claim_not_bound', detail: `the claim is ${status?.phase ?? 'Pending'}` };
  const driver = persistentVolumes.get(spec?.volumeName ?? '')?.spec?.csi?.driver;
  if (driver === longhornDriver) return undefined;
  return {
    code: 'no_driver',
    detail: `the volume is of ${driver ?? 'no CSI driver'}, and only Longhorn’s can be backed up`,
  };
}

/** `latest` would prove a refuted point again and again, and no other one ever. */
function testPointOf({ newest, newestPoint, refutedAt }: Partial<Gathered> = {}): string | undefined {
  return newest !== undefined && refutedAt !== undefined && refutedAt >= newest.at ? newestPoint?.id : undefined;
}

export interface ClaimsGathered extends Pick<TestsSeen, 'open' | 'bytesReadToday'> {
  /** Made anew each time it is iterated: the facts of all claims together take more memory than their objects. */
  readonly namespaces: Iterable<NamespaceFacts>;
  /** The data of the newest restorable point of a claim that no restore test has refuted. */
  readonly newestAt: (namespace: string, claim: string) => Date | undefined;
}

/** Nothing was written since the snapshot of that point, which is of the volume that the claim has now. */
function isUnchangedSince(
  point: RestorePoint | undefined,
  claim: PersistentVolumeClaim,
  { persistentVolumes }: ClusterSeen,
  unchanged: UnchangedVolumes,
): boolean {
  if (unchanged.size === 0 || point?.snapshot === undefined || point.snapshot === null) return false;
  const volume = boundVolumeOf(claim, persistentVolumes.get(claim.spec?.volumeName ?? ''));
  return volume !== undefined && volume === point.volume && unchanged.get(volume) === point.snapshot;
}

const noneUnchanged: UnchangedVolumes = new Map();

/** `unchanged`: left out, every volume counts as changed. */
export function gatherClaims(seen: ClusterSeen, now: Date, unchanged = noneUnchanged): ClaimsGathered {
  const known = gather(seen);
  const bytesOf = (namespace: string, pvc: string) => known.get(`${namespace}/${pvc}`)?.newest?.bytes;
  const { ofClaims: tests, ...counted } = gatherTests({ ...seen, bytesOf, now });
  const marks = new Map(
    seen.namespaces.map(({ metadata }) => {
      const { name, labels = {}, annotations = {} } = metadata;
      return [name, { name, labels, annotations }] as const;
    }),
  );
  const factsOf = (claim: PersistentVolumeClaim): ClaimFacts => {
    const { name, namespace = '', labels = {}, annotations = {}, creationTimestamp } = claim.metadata;
    const gathered = known.get(`${namespace}/${name}`);
    const { progress, newestPoint, refutedAt: _refutedAt, ...points } = gathered ?? {};
    const testPoint = testPointOf(gathered);
    const obstacle = obstacleOf(claim, seen.persistentVolumes);
    return {
      name,
      namespace,
      labels,
      annotations,
      createdAt: new Date(creationTimestamp),
      ...points,
      ...(progress === undefined ? {} : { progress }),
      ...(testPoint === undefined ? {} : { testPoint }),
      ...(obstacle === undefined ? {} : { obstacle }),
      ...(isUnchangedSince(newestPoint, claim, seen, unchanged) ? { isUnchanged: true } : {}),
      ...(claim.spec?.volumeMode === 'Block' ? {} : { tests: tests.get(`${namespace}/${name}`) ?? notTested }),
    };
  };
  const byNamespace = Map.groupBy(seen.claims, ({ metadata }) => metadata.namespace ?? '');
  const namespaces: Iterable<NamespaceFacts> = {
    *[Symbol.iterator]() {
      for (const [name, claims] of byNamespace) {
        yield { namespace: marks.get(name) ?? { name, labels: {}, annotations: {} }, claims: claims.map(factsOf) };
      }
    },
  };
  const newestAt = (namespace: string, claim: string) => known.get(`${namespace}/${claim}`)?.newest?.at;
  return { namespaces, newestAt, ...counted };
}
