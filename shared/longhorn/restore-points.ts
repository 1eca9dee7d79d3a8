/** Longhorn's backups as restore points: its side of `shared/restore-points/port.ts`. */
import { driver } from '../operation/kinds/drivers.ts';
import { catalogueKeys, heldByLabel, holdLabel } from '../operation/record/marks.ts';
import type { OwnClusters } from '../settings/own-clusters.ts';
import type { NamedPoint, PointDriver, PointFacts } from '../restore-points/port.ts';
import { type KnownPoint, knownPoints, type RestorePoint, restorePointOf } from '../restore-points/restore-point.ts';
import { type PointChoice, type Selection, selectRestorePoint } from '../restore-points/select-restore-point.ts';
import type { SoteriaError } from '../errors.ts';
import { isSameBackup, namesInUrl } from './backup-url.ts';
import { type Backup, whyNotRestorable } from './objects.ts';
import type { BackupPort } from './port.ts';

export function pointIdOf(backup: Backup): string {
  return `longhorn:${backup.backupTargetName ?? ''}/${backup.name}`;
}

type ClaimIdentity = Pick<PointFacts, 'namespace' | 'pvc'>;

/** Our own catalogue first; else the claim that Longhorn, a recurring job or CSI recorded; else unknown. */
function claimOf({ catalogue }: Backup): ClaimIdentity {
  const namespace = catalogue[catalogueKeys.namespace];
  const pvc = catalogue[catalogueKeys.pvc];
  if (namespace !== undefined && pvc !== undefined) return { namespace, pvc };
  return fromKubernetesStatus(catalogue[catalogueKeys.kubernetesStatus]);
}

function fromKubernetesStatus(text: string | undefined): ClaimIdentity {
  const unknown = { namespace: null, pvc: null };
  if (text === undefined) return unknown;
  try {
    const status: unknown = JSON.parse(text);
    if (typeof status !== 'object' || status === null) return unknown;
    const namespace = 'namespace' in status && typeof status.namespace === 'string' ? status.namespace : '';
    const pvc = 'pvcName' in status && typeof status.pvcName === 'string' ? status.pvcName : '';
    return namespace === '' || pvc === '' ? unknown : { namespace, pvc };
  } catch {
    // Somebody else's text on the target: not readable means not known.
    return unknown;
  }
}

function makerOf({ catalogue }: Backup): PointFacts['made_by'] {
  if (catalogue[catalogueKeys.managed] === 'true') return 'soteria';
  return catalogue['RecurringJob'] === undefined ? 'others' : 'recurring-job';
}

function consistencyOf(text: string | undefined): PointFacts['consistency'] {
  return text === 'hook' || text === 'dump' ? text : 'crash';
}

function modeOf(text: string | undefined): PointFacts['mode'] {
  return text === 'full' || text === 'incremental' ? text : null;
}

function tagsOf(text: string | undefined): string[] {
  if (text === undefined) return [];
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags) ? tags.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

function reasonOf(backup: Backup): { readonly reason?: string } {
  const reason = whyNotRestorable(backup);
  if (reason === undefined) return {};
  return { reason: backup.error === undefined ? reason : `${reason}: ${backup.error}` };
}

function describe(backup: Backup): PointFacts {
  const { catalogue } = backup;
  return {
    id: pointIdOf(backup),
    driver: driver.longhorn,
    name: backup.name,
    snapshot: backup.snapshotName ?? null,
    ...claimOf(backup),
    volume: backup.volume ?? null,
    target: backup.backupTargetName ?? null,
    url: backup.url ?? null,
    made_by: makerOf(backup),
    cluster_id: catalogue[catalogueKeys.clusterId] ?? null,
    cluster_uid: catalogue[catalogueKeys.clusterUid] ?? null,
    data_as_of: backup.snapshotCreatedAt ?? null,
    completed_at: backup.state === 'Completed' ? (backup.backupCreatedAt ?? null) : null,
    size_bytes: backup.sizeBytes ?? null,
    uploaded_bytes: backup.uploadedBytes ?? null,
    state: backup.state === '' ? 'New' : backup.state,
    ...reasonOf(backup),
    policy: catalogue[catalogueKeys.policy] ?? null,
    held: backup.marks[heldByLabel] !== undefined || backup.marks[holdLabel] !== undefined,
    consistency: consistencyOf(catalogue[catalogueKeys.consistency]),
    mode: modeOf(catalogue[catalogueKeys.mode]),
    tags: tagsOf(catalogue[catalogueKeys.tags]),
  };
}

function explainUnknown(url: string) {
  const names = namesInUrl(url);
  if (names === undefined) {
    return {
      why: 'what was given as the URL of a backup is none: it has no ?backup=…&volume=…',
      fix: 'take it from GET /v1/backups, or from Longhorn (Backup, the backup, its URL)',
    };
  }
  return {
    why: 'Longhorn knows no backup of that URL, and no backup target with that store',
    fix: `add a backup target with the URL ${names.store} and its credential secret in Longhorn (Settings, Backup target), and ask again: it is read first when it has to be`,
  };
}

export const longhornPoints: PointDriver<Backup> = { describe, urls: { isSame: isSameBackup, explainUnknown } };

export function toRestorePoint(backup: Backup, own: OwnClusters): RestorePoint {
  return restorePointOf(describe(backup), own);
}

export function knownBackups(backups: readonly Backup[], own: OwnClusters): KnownPoint<Backup>[] {
  return knownPoints(longhornPoints, backups, own);
}

export interface BackupSelection extends Pick<Selection<Backup>, 'liveVolume' | 'mayTakeAny'> {
  readonly backups: readonly Backup[];
  readonly own: OwnClusters;
}

export function selectBackup(choice: PointChoice, { backups, own, ...known }: BackupSelection): Backup | SoteriaError {
  return selectRestorePoint(choice, { points: knownBackups(backups, own), urls: longhornPoints.urls, ...known });
}

/** Whether Longhorn lists a backup of that URL, whosever it is. */
export function isUrlKnown(backups: readonly Backup[], url: string): boolean {
  return backups.some((backup) => backup.url !== undefined && isSameBackup(backup.url, url));
}

/** `longhorn:<target>/<backup>` */
function nameInId(id: string): string | undefined {
  return /^longhorn:[^/]+\/([a-z0-9][a-z0-9_.-]*)$/.exec(id)?.[1];
}

/** `find` of the port, over `get`. */
export async function findBackup(
  get: BackupPort['get'],
  { id = '', url }: NamedPoint,
  signal?: AbortSignal,
): Promise<Backup | undefined> {
  const name = url === undefined ? nameInId(id) : namesInUrl(url)?.backup;
  const backup = name === undefined ? undefined : await get(name, signal);
  if (backup === undefined) return undefined;
  const isMeant = url === undefined ? pointIdOf(backup) === id : isUrlKnown([backup], url);
  return isMeant ? backup : undefined;
}
