/** Answers of an installation that has run for months, for what a test cannot wait for: ages, failures, many claims. */
import type { z } from 'zod';
import type { ClaimRow, inventoryAnswer } from '@soteria/shared/http-contract/console-answers.ts';

type Inventory = z.infer<typeof inventoryAnswer>;
const hour = 3_600_000;

export interface SampleOptions {
  readonly now: number;
}

const ago = (now: number, hours: number): string => new Date(now - hours * hour).toISOString();

/** A claim that is safe, with what is different about it. */
export function sampleClaim(now: number, namespace: string, pvc: string, different: Partial<ClaimRow> = {}): ClaimRow {
  const ageHours = (namespace.length * 7 + pvc.length * 3) % 20;
  return {
    namespace,
    pvc,
    volume: `pvc-${namespace}-${pvc}`,
    storage_class: 'longhorn',
    capacity: '20Gi',
    driver: 'longhorn',
    last_backup_at: ago(now, ageHours + 0.4),
    last_backup_age_hours: ageHours + 0.4,
    backup_count: 14,
    healthy: true,
    health_reason: 'not_due',
    health: 'safe',
    state: 'not_due',
    code: 'not_due',
    why: 'its last backup is recent enough',
    fix: null,
    policy: 'nightly',
    protected_by: null,
    rpo_seconds: 86_400,
    rpo_age_seconds: Math.round((ageHours + 0.4) * 3600),
    missed_since: null,
    next_due_at: ago(now, ageHours - 24),
    verified_at: ago(now, 24 * (1 + (pvc.length % 6))),
    verified_strength: 'checksums',
    measured_rto_ms: 94_000,
    prove_by: ago(now, -24 * 5),
    size_at_target_bytes: 8_400_000_000,
    running: null,
    failures_since_success: 0,
    last_failure: null,
    last_runs: Array.from({ length: 8 }, (_, index) => ({
      at: ago(now, ageHours + (7 - index) * 24),
      outcome: 'succeeded' as const,
    })),
    created_at: ago(now, 24 * 200),
    ...different,
  };
}

function failing(now: number): ClaimRow {
  const runs = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'failed', 'failed'] as const;
  return sampleClaim(now, 'media', 'movies', {
    health: 'late',
    healthy: false,
    health_reason: 'objective_missed',
    state: 'due',
    code: 'due',
    why: 'its objective is missed; a backup is due',
    fix: 'ask for a backup now, and read the Operation that failed last',
    last_backup_at: ago(now, 75),
    last_backup_age_hours: 75,
    rpo_age_seconds: 75 * 3600,
    missed_since: ago(now, 51),
    next_due_at: ago(now, 3),
    failures_since_success: 3,
    last_failure: {
      operation: 'soteria-backup-movies-20261128-020000',
      at: ago(now, 14),
      code: 'backup_failed',
      why: 'Longhorn: failed to upload block: NoSuchBucket: The specified bucket does not exist',
      fix: 'create the bucket, or set the right one in the BackupTarget default',
    },
    last_runs: runs.map((outcome, index) => ({ at: ago(now, 14 + (7 - index) * 24), outcome })),
  });
}

export function sampleInventory({ now }: SampleOptions): Inventory {
  const safe = (namespace: string, ...pvcs: string[]) => pvcs.map((pvc) => sampleClaim(now, namespace, pvc));
  const rows: Readonly<Record<string, ClaimRow[]>> = {
    gitea: safe('gitea', 'gitea-data', 'postgres-0'),
    home: [
      ...safe('home', 'assistant', 'zigbee'),
      sampleClaim(now, 'home', 'recorder', {
        running: {
          operation: 'soteria-backup-recorder-20261128-160200',
          namespace: 'home',
          kind: 'Backup',
          phase: 'Running',
          progress: 43,
          message: 'uploading: 43 % of 12.1 GiB',
        },
        state: 'running',
      }),
    ],
    media: [
      failing(now),
      ...safe('media', 'music', 'photos'),
      sampleClaim(now, 'media', 'transcodes', {
        state: 'skipped',
        code: 'excluded',
        why: 'the annotation soteria.dev/exclude leaves it out',
        policy: null,
        last_backup_at: null,
        last_backup_age_hours: null,
        rpo_seconds: null,
        rpo_age_seconds: null,
        verified_at: null,
        last_runs: [],
        backup_count: 0,
      }),
    ],
    monitoring: [
      sampleClaim(now, 'monitoring', 'prometheus-db-0', {
        health: 'unprotected',
        healthy: false,
        health_reason: 'no_policy',
        state: 'unprotected',
        code: 'no_policy',
        why: 'no policy takes it',
        fix: 'add a policy that matches it, or leave it out with the annotation soteria.dev/exclude',
        policy: null,
        last_backup_at: null,
        last_backup_age_hours: null,
        rpo_seconds: null,
        rpo_age_seconds: null,
        next_due_at: null,
        verified_at: null,
        last_runs: [],
        backup_count: 0,
      }),
      ...safe('monitoring', 'grafana'),
    ],
    nextcloud: safe('nextcloud', 'data', 'mariadb', 'redis'),
    vaultwarden: safe('vaultwarden', 'data'),
  };
  return {
    generated_at: ago(now, 0),
    evaluated_at: ago(now, 0.2),
    coverage: {
      claims: 15,
      accounted: 14,
      percent: 93,
      states: { not_due: 11, due: 1, running: 1, skipped: 1, unprotected: 1 },
      missed: 1,
      unproved: 0,
    },
    problems: [],
    namespaces: Object.entries(rows).map(([name, pvcs]) => ({ name, pvcs })),
  };
}

/** As many claims as a large installation has. */
export function manyClaims(now: number, count: number): Inventory {
  const namespaces = Array.from({ length: Math.ceil(count / 20) }, (_, index) => {
    const name = `team-${String(index).padStart(3, '0')}`;
    const pvcs = Array.from({ length: 20 }, (_, place) => sampleClaim(now, name, `claim-${place}`));
    return { name, pvcs };
  });
  const sample = sampleInventory({ now });
  return { ...sample, namespaces: [...namespaces, ...sample.namespaces] };
}
