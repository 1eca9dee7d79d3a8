/**
 * Which restore point a request means. Invariants:
 *  1. Only points of the claim that was named; whose claim nobody recorded, only where the caller may take any.
 *  2. "latest" and an instant look at this cluster's points and those it has adopted, or at those of the cluster that was named:
 *     another's data is never taken by accident.
 *  3. Nothing fits: an answer that names the nearest points. Never another point than the one that was asked for.
 */
import { SoteriaError } from '../errors.ts';
import type { Backup } from '../longhorn/objects.ts';
import type { OwnClusters } from './own-clusters.ts';
import { type RestorePoint, toRestorePoint } from '../longhorn/restore-point.ts';
import { timeFromName } from '../operation/names.ts';
import { isSameBackup, namesInUrl } from '../longhorn/backup-url.ts';

export interface PointChoice {
  readonly namespace: string;
  readonly pvc: string;
  /** `latest`, an id, the name of a backup or of a snapshot. */
  readonly snapshot?: string | undefined;
  readonly backupUrl?: string | undefined;
  readonly asOf?: string | undefined;
  readonly clusterId?: string | undefined;
}

export interface KnownPoints {
  readonly backups: readonly Backup[];
  readonly own: OwnClusters;
  /** The volume of the claim as it is now, when there is one: foreign points of it are the claim's. */
  readonly liveVolume?: string | undefined;
  /** True: points whose claim nobody recorded may be named too. */
  readonly mayTakeAny: boolean;
}

interface Candidate {
  readonly backup: Backup;
  readonly point: RestorePoint;
}

type Found = Backup | SoteriaError;

export function selectRestorePoint(choice: PointChoice, known: KnownPoints): Found {
  const all = known.backups
    .map((backup) => ({ backup, point: toRestorePoint(backup, known.own) }))
    .toSorted(newestCandidateFirst);
  const { backupUrl, asOf, snapshot = 'latest' } = choice;
  if (backupUrl !== undefined) return byUrl(choice, backupUrl, all, known);
  const ofClaim = all.filter(({ point }) => isOfClaim(point, choice, known));
  if (asOf !== undefined) return newestUntil(choice, Date.parse(asOf), ofClaim);
  if (snapshot === 'latest') return newestUntil(choice, Number.POSITIVE_INFINITY, ofClaim);
  return byName(choice, snapshot, ofClaim);
}

function isOfClaim(point: RestorePoint, { namespace, pvc }: PointChoice, { liveVolume }: KnownPoints): boolean {
  if (point.pvc === null) return liveVolume !== undefined && point.volume === liveVolume;
  return point.namespace === namespace && point.pvc === pvc;
}

/** Invariant 2. */
function isInScope({ origin, cluster_id: clusterId }: RestorePoint, wanted: string | undefined): boolean {
  return wanted === undefined ? origin !== 'other-cluster' : clusterId === wanted;
}

const instantOf = ({ point }: Candidate): number => Date.parse(point.data_as_of ?? '');

/** By instant, however it is written; of one instant by id. Whose instant is unknown comes last, and is never chosen by it. */
function newestCandidateFirst(a: Candidate, b: Candidate): number {
  const [left, right] = [a, b].map((one) => instantOf(one) || Number.NEGATIVE_INFINITY);
  if (left !== right) return (right ?? 0) - (left ?? 0);
  return a.point.id < b.point.id ? -1 : 1;
}

function newestUntil(choice: PointChoice, until: number, ofClaim: readonly Candidate[]): Found {
  const inScope = ofClaim.filter(({ point }) => isInScope(point, choice.clusterId));
  const usable = inScope.filter((one) => one.point.restorable && !Number.isNaN(instantOf(one)));
  const found = usable.find((one) => instantOf(one) <= until);
  if (found !== undefined) return found.backup;
  const isLatest = until === Number.POSITIVE_INFINITY;
  const wish = isLatest ? 'the latest one' : `one of ${new Date(until).toISOString()} or before`;
  return nothingFits(choice, wish, isLatest ? undefined : until, usable, elsewhere(choice, inScope, ofClaim));
}

/** Why there may be nothing although there is something. */
function elsewhere(choice: PointChoice, inScope: readonly Candidate[], ofClaim: readonly Candidate[]): string {
  const unusable = inScope.find(({ point }) => !point.restorable);
  if (unusable !== undefined) return `; ${unusable.backup.name} cannot be restored: ${unusable.point.reason ?? ''}`;
  const others = new Set(ofClaim.filter(({ point }) => !isInScope(point, choice.clusterId)).map(clusterOf));
  return others.size === 0
    ? ''
    : `; there are points of other clusters, which must be named: ${[...others].join(', ')}`;
}

const clusterOf = ({ point }: Candidate): string => point.cluster_id ?? 'unknown';

function byName(choice: PointChoice, name: string, ofClaim: readonly Candidate[]): Found {
  const isNamed = ({ backup, point }: Candidate): boolean =>
    (point.id === name || backup.name === name || point.snapshot === name) &&
    (choice.clusterId === undefined || point.cluster_id === choice.clusterId);
  const named = ofClaim.filter(isNamed);
  const [only, another] = named.some(({ point }) => point.restorable)
    ? named.filter(({ point }) => point.restorable)
    : named;
  if (only === undefined) {
    const about = timeFromName(name)?.getTime() ?? timeInside(name);
    return nothingFits(
      choice,
      name,
      about,
      ofClaim.filter(({ point }) => point.restorable),
      '',
    );
  }
  if (another !== undefined) {
    return new SoteriaError('conflict', {
      what: `claim ${choice.namespace}/${choice.pvc} was not restored`,
      why: `${name} names ${named.length} restore points: ${named.map(({ point }) => point.id).join(', ')}`,
      fix: 'name one of them by its id',
    });
  }
  return usableOrWhy(choice, only);
}

/** Longhorn's objects end in a hash after the time. */
function timeInside(name: string): number | undefined {
  return timeFromName(name.replace(/-[0-9a-f]{6}(-r\d+)?$/, ''))?.getTime();
}

function byUrl(choice: PointChoice, url: string, all: readonly Candidate[], known: KnownPoints): Found {
  const found = all.find((one) => isOfUrl(one, url));
  if (found === undefined) return urlUnknown(choice, url);
  const { point } = found;
  if (choice.clusterId !== undefined && point.cluster_id !== choice.clusterId) return ofAnotherCluster(choice);
  if (isOfClaim(point, choice, known) || (point.pvc === null && known.mayTakeAny)) return usableOrWhy(choice, found);
  // Whose it is, is not told: the caller may have no right to know.
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

const isOfUrl = ({ point }: Candidate, url: string): boolean => point.url !== null && isSameBackup(point.url, url);

/** Whether Longhorn lists a backup of that URL, whosever it is. */
export function isUrlKnown(backups: readonly Backup[], url: string): boolean {
  return backups.some((backup) => backup.url !== undefined && isSameBackup(backup.url, url));
}

function urlUnknown({ namespace, pvc }: PointChoice, url: string): SoteriaError {
  const what = `claim ${namespace}/${pvc} was not restored`;
  const names = namesInUrl(url);
  if (names === undefined) {
    return new SoteriaError('restore_point_not_found', {
      what,
      why: 'what was given as the URL of a backup is none: it has no ?backup=…&volume=…',
      fix: 'take it from GET /v1/backups, or from Longhorn (Backup, the backup, its URL)',
    });
  }
  return new SoteriaError('restore_point_not_found', {
    what,
    why: 'Longhorn knows no backup of that URL, and no backup target with that store',
    fix: `add a backup target with the URL ${names.store} and its credential secret in Longhorn (Settings, Backup target), and ask again: it is read first when it has to be`,
  });
}

function ofAnotherCluster({ namespace, pvc, clusterId = '' }: PointChoice): SoteriaError {
  return new SoteriaError('restore_point_not_usable', {
    what: `claim ${namespace}/${pvc} was not restored`,
    why: `that backup was not made by cluster ${clusterId}`,
    fix: 'leave the cluster out, or name the one that made it; see GET /v1/backups',
  });
}

function usableOrWhy(choice: PointChoice, { backup, point }: Candidate): Found {
  if (point.restorable) return backup;
  return new SoteriaError('restore_point_not_usable', {
    what: `claim ${choice.namespace}/${choice.pvc} was not restored from ${backup.name}`,
    why: `it cannot be restored: ${point.reason ?? point.state}`,
    fix: 'name another restore point; see GET /v1/backups',
  });
}

function told(one: Candidate | undefined) {
  return one === undefined ? null : { id: one.point.id, data_as_of: one.point.data_as_of };
}

function inWords(label: string, one: Candidate | undefined): string {
  return one === undefined ? `none ${label}` : `${label} it ${one.backup.name} of ${one.point.data_as_of ?? 'unknown'}`;
}

/** `usable` is newest first. */
function nothingFits(
  { namespace, pvc }: PointChoice,
  wish: string,
  about: number | undefined,
  usable: readonly Candidate[],
  more: string,
): SoteriaError {
  const before = about === undefined ? usable[0] : usable.find((one) => instantOf(one) <= about);
  const after = about === undefined ? undefined : usable.findLast((one) => instantOf(one) > about);
  const nearest =
    usable.length === 0
      ? 'the claim has no restore point that fits'
      : about === undefined
        ? `the newest is ${usable[0]?.backup.name ?? ''} of ${usable[0]?.point.data_as_of ?? 'unknown'}`
        : `the nearest are: ${inWords('before', before)}, ${inWords('after', after)}`;
  return new SoteriaError(
    'restore_point_not_found',
    {
      what: `claim ${namespace}/${pvc} has no restore point such as was asked for: ${wish}`,
      why: nearest + more,
      fix: `list them with GET /v1/backups?namespace=${namespace}&pvc=${pvc} and name one by its id`,
    },
    { details: { nearest_before: told(before), nearest_after: told(after) } },
  );
}
