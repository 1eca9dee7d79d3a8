/**
 * Which restore point a request means. Pure. Invariants:
 *  1. Only points of the named claim; points without a recorded claim only where the caller may take any point.
 *  2. "latest" and an instant look at this cluster's points and those it has adopted, or at those of the cluster that was named:
 *     another's data is never taken by accident.
 *  3. Nothing fits: an answer that names the nearest points. Never another point than the one that was asked for.
 */
import { SoteriaError } from '../errors.ts';
import { timeFromName } from '../operation/record/names.ts';
import { isOfClaim } from './of-claim.ts';
import { inOrder, instantOf, isUsable } from './order.ts';
import type { PointUrls } from './port.ts';
import type { KnownPoint, RestorePoint } from './restore-point.ts';

export interface PointChoice {
  readonly namespace: string;
  readonly pvc: string;
  /** `latest`, an id, the name of a backup or of a snapshot. */
  readonly snapshot?: string | undefined;
  readonly backupUrl?: string | undefined;
  readonly asOf?: string | undefined;
  readonly clusterId?: string | undefined;
}

export interface Selection<Source> {
  readonly points: readonly KnownPoint<Source>[];
  readonly urls: PointUrls;
  /** The volume of the claim as it is now, when there is one: foreign points of it are the claim's. */
  readonly liveVolume?: string | undefined;
  /** True: points without a recorded claim may be named too. */
  readonly mayTakeAny: boolean;
}

/** Where no URL can be asked for. */
export const noUrls: PointUrls = {
  isSame: () => false,
  explainUnknown: () => ({ why: 'no URL names a point here', fix: 'name the point by its id' }),
};

type Named = Pick<KnownPoint<unknown>, 'name' | 'point'>;

export function selectRestorePoint<Source>(
  choice: PointChoice,
  { points, urls, liveVolume, mayTakeAny }: Selection<Source>,
): Source | SoteriaError {
  const { backupUrl, asOf, snapshot = 'latest' } = choice;
  const isOfIt = ({ point }: KnownPoint<Source>): boolean => isOfClaim(point, choice, liveVolume);
  if (backupUrl !== undefined) {
    const found = points.find(({ point }) => point.url !== null && urls.isSame(point.url, backupUrl));
    if (found === undefined) return urlUnknown(choice, urls.explainUnknown(backupUrl));
    const isTheirs = isOfIt(found) || (found.point.pvc === null && mayTakeAny);
    return byUrl(choice, found, isTheirs);
  }
  const ofClaim = inOrder(points.filter(isOfIt), ({ point }) => point);
  if (asOf !== undefined) return newestUntil(choice, Date.parse(asOf), ofClaim);
  if (snapshot === 'latest') return newestUntil(choice, Number.POSITIVE_INFINITY, ofClaim);
  return byName(choice, snapshot, ofClaim);
}

/** Invariant 2. */
function isInScope({ origin, cluster_id: clusterId }: RestorePoint, wanted: string | undefined): boolean {
  return wanted === undefined ? origin !== 'other-cluster' : clusterId === wanted;
}

function newestUntil<Source>(
  choice: PointChoice,
  until: number,
  ofClaim: readonly KnownPoint<Source>[],
): Source | SoteriaError {
  const inScope = ofClaim.filter(({ point }) => isInScope(point, choice.clusterId));
  const usable = inScope.filter(({ point }) => isUsable(point));
  const found = usable.find(({ point }) => instantOf(point) <= until);
  if (found !== undefined) return found.source;
  const isLatest = until === Number.POSITIVE_INFINITY;
  const wish = isLatest ? 'the latest one' : `one of ${new Date(until).toISOString()} or before`;
  return nothingFits(choice, wish, isLatest ? undefined : until, usable, elsewhere(choice, inScope, ofClaim));
}

/** Why there may be nothing although there is something. */
function elsewhere(choice: PointChoice, inScope: readonly Named[], ofClaim: readonly Named[]): string {
  const unusable = inScope.find(({ point }) => !point.restorable);
  if (unusable !== undefined) return `; ${unusable.name} cannot be restored: ${unusable.point.reason ?? ''}`;
  const others = ofClaim.filter(({ point }) => !isInScope(point, choice.clusterId));
  const ids = [...new Set(others.map(({ point }) => point.cluster_id ?? 'unknown'))];
  return ids.length === 0 ? '' : `; there are points of other clusters, which must be named: ${ids.join(', ')}`;
}

function byName<Source>(
  choice: PointChoice,
  wanted: string,
  ofClaim: readonly KnownPoint<Source>[],
): Source | SoteriaError {
  const isNamed = ({ name, point }: Named): boolean =>
    [point.id, name, point.snapshot].includes(wanted) &&
    (choice.clusterId === undefined || point.cluster_id === choice.clusterId);
  const named = ofClaim.filter(isNamed);
  const restorable = named.filter(({ point }) => point.restorable);
  const [only, another] = restorable.length > 0 ? restorable : named;
  if (only === undefined) {
    const about = timeFromName(wanted)?.getTime() ?? timeInside(wanted);
    const usable = ofClaim.filter(({ point }) => isUsable(point));
    return nothingFits(choice, wanted, about, usable, '');
  }
  if (another !== undefined) {
    return new SoteriaError('conflict', {
      what: `claim ${choice.namespace}/${choice.pvc} was not restored`,
      why: `${wanted} names ${named.length} restore points: ${named.map(({ point }) => point.id).join(', ')}`,
      fix: 'name one of them by its id',
    });
  }
  return whyNotUsable(choice, only) ?? only.source;
}

/** Names of a driver's objects end in a hash after the time. */
function timeInside(name: string): number | undefined {
  return timeFromName(name.replace(/-[0-9a-f]{6}(-r\d+)?$/, ''))?.getTime();
}

function byUrl<Source>(choice: PointChoice, found: KnownPoint<Source>, isTheirs: boolean): Source | SoteriaError {
  const { point, source } = found;
  if (choice.clusterId !== undefined && point.cluster_id !== choice.clusterId) return ofAnotherCluster(choice);
  if (isTheirs) return whyNotUsable(choice, found) ?? source;
  // The answer does not name the other claim: the caller may have no right to know it.
  return new SoteriaError('restore_point_not_usable', {
    what: `claim ${choice.namespace}/${choice.pvc} was not restored`,
    why:
      point.pvc === null
        ? 'that backup does not say which claim it was made of'
        : 'that backup was made of another claim than the one named',
    fix:
      point.pvc === null
        ? 'ask by HTTP as somebody who may create operations in all namespaces'
        : 'name the claim the backup was made of; see GET /v1/backups',
  });
}

function urlUnknown({ namespace, pvc }: PointChoice, explained: ReturnType<PointUrls['explainUnknown']>): SoteriaError {
  return new SoteriaError('restore_point_not_found', {
    what: `claim ${namespace}/${pvc} was not restored`,
    ...explained,
  });
}

function ofAnotherCluster({ namespace, pvc, clusterId = '' }: PointChoice): SoteriaError {
  return new SoteriaError('restore_point_not_usable', {
    what: `claim ${namespace}/${pvc} was not restored`,
    why: `that backup was not made by cluster ${clusterId}`,
    fix: 'leave the cluster out, or name the cluster that made the backup; see GET /v1/backups',
  });
}

function whyNotUsable(choice: PointChoice, { name, point }: Named): SoteriaError | undefined {
  if (point.restorable) return undefined;
  return new SoteriaError('restore_point_not_usable', {
    what: `claim ${choice.namespace}/${choice.pvc} was not restored from ${name}`,
    why: `it cannot be restored: ${point.reason ?? point.state}`,
    fix: 'name another restore point; see GET /v1/backups',
  });
}

function shortOf(one: Named | undefined) {
  return one === undefined ? null : { id: one.point.id, data_as_of: one.point.data_as_of };
}

function inWords(label: string, one: Named | undefined): string {
  return one === undefined ? `none ${label}` : `${label} it ${one.name} of ${one.point.data_as_of ?? 'unknown'}`;
}

function nothingFits(
  { namespace, pvc }: PointChoice,
  wish: string,
  about: number | undefined,
  usable: readonly Named[],
  more: string,
): SoteriaError {
  // Also those that must be named: here only the instant counts.
  const newestFirst = usable.toSorted((a, b) => instantOf(b.point) - instantOf(a.point));
  const [newest] = newestFirst;
  const before = about === undefined ? newest : newestFirst.find(({ point }) => instantOf(point) <= about);
  const after = about === undefined ? undefined : newestFirst.findLast(({ point }) => instantOf(point) > about);
  const nearest =
    newest === undefined
      ? 'the claim has no restore point that fits'
      : about === undefined
        ? `the newest is ${newest.name} of ${newest.point.data_as_of ?? 'unknown'}`
        : `the nearest are: ${inWords('before', before)}, ${inWords('after', after)}`;
  return new SoteriaError(
    'restore_point_not_found',
    {
      what: `claim ${namespace}/${pvc} has no restore point such as was asked for: ${wish}`,
      why: nearest + more,
      fix: `list them with GET /v1/backups?namespace=${namespace}&pvc=${pvc} and name one by its id`,
    },
    { details: { nearest_before: shortOf(before), nearest_after: shortOf(after) } },
  );
}
