/** Longhorn's backups as restore points: what a caller sees of each, newest first. Pure. */
import type { Backup } from './objects.ts';
import { whyNotRestorable } from './objects.ts';
import type { Judgement } from '../restore-points/claim-proof.ts';
import { catalogueKeys, heldByLabel } from '../operation/marks.ts';
import { isOwnCluster, type OwnClusters } from '../restore-points/own-clusters.ts';

/** One restore point in `GET /v1/backups`; sizes in bytes, instants RFC 3339, null where Longhorn does not know (yet). */
export interface RestorePoint {
  readonly id: string;
  readonly driver: 'longhorn';
  readonly namespace: string | null;
  readonly pvc: string | null;
  readonly volume: string | null;
  readonly cluster_id: string | null;
  readonly data_as_of: string | null;
  readonly completed_at: string | null;
  readonly size_bytes: bigint | null;
  readonly uploaded_bytes: bigint | null;
  readonly state: string;
  readonly restorable: boolean;
  /** Why it is not restorable. */
  readonly reason?: string;
  /** The last restore test of it: when it proved the point, and how far the proof goes. */
  readonly verified_at: string | null;
  readonly verified_strength: string | null;
  /** Why the proof is weaker than it could be. */
  readonly verified_weaker: readonly string[];
  /** When a restore test refuted it: do not rely on it. */
  readonly refuted_at: string | null;
  readonly refuted_because: string | null;
  readonly policy: string | null;
  /** A restore holds it: it will not be pruned now. */
  readonly held: boolean;
  readonly origin: 'own' | 'other-cluster' | 'recurring-job' | 'foreign';
  readonly consistency: 'crash' | 'hook' | 'dump';
  readonly url: string | null;
  readonly snapshot: string | null;
  readonly tags: readonly string[];
}

export function pointIdOf(backup: Backup): string {
  return `longhorn:${backup.backupTargetName ?? ''}/${backup.name}`;
}

interface ClaimIdentity {
  readonly namespace: string | null;
  readonly pvc: string | null;
}

/** Our own catalogue first; else the claim that Longhorn, a recurring job or CSI recorded; else unknown. */
function claimOf(backup: Backup): ClaimIdentity {
  const { catalogue } = backup;
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

function originOf(backup: Backup, own: OwnClusters): RestorePoint['origin'] {
  const { catalogue } = backup;
  if (catalogue[catalogueKeys.managed] === 'true') {
    return isOwnCluster(own, catalogue[catalogueKeys.clusterId]) ? 'own' : 'other-cluster';
  }
  return catalogue['RecurringJob'] === undefined ? 'foreign' : 'recurring-job';
}

function consistencyOf(text: string | undefined): RestorePoint['consistency'] {
  return text === 'hook' || text === 'dump' ? text : 'crash';
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

/** Until somebody who knows the restore tests says otherwise. */
const unjudged = {
  verified_at: null,
  verified_strength: null,
  verified_weaker: [],
  refuted_at: null,
  refuted_because: null,
};

export function toRestorePoint(backup: Backup, own: OwnClusters): RestorePoint {
  const reason = whyNotRestorable(backup);
  const { catalogue } = backup;
  return {
    id: pointIdOf(backup),
    driver: 'longhorn',
    ...claimOf(backup),
    volume: backup.volume ?? null,
    cluster_id: catalogue[catalogueKeys.clusterId] ?? null,
    data_as_of: backup.snapshotCreatedAt ?? null,
    completed_at: backup.state === 'Completed' ? (backup.backupCreatedAt ?? null) : null,
    size_bytes: backup.sizeBytes ?? null,
    uploaded_bytes: backup.uploadedBytes ?? null,
    state: backup.state === '' ? 'New' : backup.state,
    restorable: reason === undefined,
    ...(reason === undefined ? {} : { reason: backup.error === undefined ? reason : `${reason}: ${backup.error}` }),
    ...unjudged,
    policy: catalogue[catalogueKeys.policy] ?? null,
    held: backup.marks[heldByLabel] !== undefined,
    origin: originOf(backup, own),
    consistency: consistencyOf(catalogue[catalogueKeys.consistency]),
    url: backup.url ?? null,
    snapshot: backup.snapshotName ?? null,
    tags: tagsOf(catalogue[catalogueKeys.tags]),
  };
}

/** With what the last restore test of it said. */
export function withJudgement(point: RestorePoint, judged: Judgement | undefined): RestorePoint {
  if (judged === undefined) return point;
  const { outcome, at, strength = null, weaker = [], why = null } = judged;
  return outcome === 'verified'
    ? { ...point, verified_at: at, verified_strength: strength, verified_weaker: weaker }
    : { ...point, refuted_at: at, refuted_because: why };
}

/** Newest data first; points whose instant is unknown are the youngest of all (they are just being made); then by id. */
export function newestFirst(a: RestorePoint, b: RestorePoint): number {
  const left = a.data_as_of ?? '9';
  const right = b.data_as_of ?? '9';
  return right.localeCompare(left) || a.id.localeCompare(b.id);
}

/** The newest restorable backup whose data is at most `maxAgeMs` old. */
export function newestWithin(backups: readonly Backup[], maxAgeMs: number, now: Date): Backup | undefined {
  const restorable = backups.filter(
    (one) => whyNotRestorable(one) === undefined && one.snapshotCreatedAt !== undefined,
  );
  const age = (one: Backup) => now.getTime() - Date.parse(one.snapshotCreatedAt ?? '');
  return restorable.filter((one) => age(one) <= maxAgeMs).toSorted((a, b) => age(a) - age(b))[0];
}
