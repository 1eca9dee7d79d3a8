/** One claim of the inventory. Pure. */
import { driver } from '@soteria/shared/operation/kinds/drivers.ts';
import type { ClaimRow } from '@soteria/shared/http-contract/console-answers.ts';
import type { Answered } from '@soteria/shared/http-contract/parts.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { longhornDriver } from '@soteria/shared/longhorn/live-volume.ts';
import { type ClusterView, type FailedBackup, maxRuns } from './cluster-view.ts';
import { judgeHealth } from './judge-health.ts';

const hourMs = 3_600_000;

export function claimRow(claim: PersistentVolumeClaim, view: ClusterView, now: Date): Answered<ClaimRow> {
  const { name, namespace = '', creationTimestamp } = claim.metadata;
  const key = `${namespace}/${name}`;
  const { volume, isOurs } = volumeOf(claim, view);
  const points = [view.points?.get(key), volume === null ? undefined : view.pointsOfVolumes.get(volume)];
  const newestMs = points.flatMap((one) => one?.newestMs ?? []).toSorted((a, b) => b - a);
  const lastMs = newestMs[0] ?? view.coverage.newestAt(namespace, name)?.getTime();
  const ageMs = lastMs === undefined ? undefined : Math.max(0, now.getTime() - lastMs);
  const record = view.coverage.records.get(namespace)?.get(name);
  const { health, state, code, reason, why, fix } = judgeHealth(record, ageMs);
  const proof = view.proofs.get(key);
  const failed = (view.failed.get(key) ?? []).filter(({ atMs }) => lastMs === undefined || atMs > lastMs);
  return {
    namespace,
    pvc: name,
    volume: volume ?? claim.spec?.volumeName ?? null,
    storage_class: claim.spec?.storageClassName ?? null,
    capacity: claim.status?.capacity?.['storage'] ?? claim.spec?.resources?.requests?.['storage'] ?? null,
    driver: isOurs ? driver.longhorn : null,
    last_backup_at: isoOf(lastMs),
    last_backup_age_hours: ageMs === undefined ? null : Math.round((ageMs / hourMs) * 100) / 100,
    backup_count: view.points === undefined ? null : points.reduce((sum, one) => sum + (one?.count ?? 0), 0),
    healthy: health === 'safe',
    health_reason: reason,
    health,
    state,
    code,
    why,
    fix: fix ?? null,
    policy: record?.policy ?? null,
    protected_by: record?.protectedBy ?? null,
    rpo_seconds: record?.rpoSeconds ?? null,
    rpo_age_seconds: ageMs === undefined ? null : Math.floor(ageMs / 1000),
    missed_since: record?.missedSince ?? null,
    next_due_at: record?.dueAt ?? record?.nextDueAt ?? null,
    verified_at: proof?.verifiedAt ?? null,
    verified_strength: proof?.strength ?? null,
    measured_rto_ms: proof?.totalMs ?? null,
    prove_by: record?.proveBy ?? null,
    size_at_target_bytes: volume === null ? null : (view.storedBytes.get(volume) ?? null),
    running: view.open.get(key) ?? null,
    failures_since_success: failed.length,
    last_failure: failureOf(failed[0]),
    last_runs: runsOf(newestMs, view.failed.get(key) ?? []),
    created_at: creationTimestamp,
  };
}

/** Only what Kubernetes itself has bound to this very claim: the claim's author writes `spec.volumeName`. */
function volumeOf({ metadata, spec }: PersistentVolumeClaim, { volumes }: ClusterView) {
  const bound = volumes.get(spec?.volumeName ?? '');
  const isOurs = bound?.claimUid === metadata.uid && bound.driver === longhornDriver;
  return { volume: isOurs ? (bound.handle ?? null) : null, isOurs };
}

function failureOf(failed: FailedBackup | undefined): ClaimRow['last_failure'] {
  if (failed === undefined) return null;
  const { operation, atMs, code, why, fix } = failed;
  return { operation, at: new Date(atMs).toISOString(), code, why, fix };
}

/** Oldest first. */
function runsOf(newestMs: readonly number[], failed: readonly FailedBackup[]): ClaimRow['last_runs'] {
  const runs = [
    ...newestMs.map((atMs) => ({ atMs, outcome: 'succeeded' as const })),
    ...failed.map(({ atMs }) => ({ atMs, outcome: 'failed' as const })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  return runs.slice(-maxRuns).map(({ atMs, outcome }) => ({ at: new Date(atMs).toISOString(), outcome }));
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
