/** What is known about all claims at one moment: a few values for each claim, never the objects they were read from. */
import type { Coverage } from '@soteria/shared/coverage/coverage-store.ts';
import type { VerifiedPoint } from '@soteria/shared/restore-points/verified-points.ts';

/** So many runs of a claim are shown. */
export const maxRuns = 8;

/** The restorable points of one claim, or of one volume whose points name no claim. */
export interface PointTotals {
  count: number;
  /** Data of the newest ones, milliseconds, newest first. */
  newestMs: number[];
}

export interface BoundVolume {
  readonly driver: string | undefined;
  readonly handle: string | undefined;
  /** Uid of the claim that Kubernetes has bound to it. */
  readonly claimUid: string | undefined;
}

export interface OpenWork {
  readonly operation: string;
  readonly namespace: string;
  readonly kind: string;
  readonly phase: string;
  readonly progress: number;
  readonly message: string;
}

export interface FailedBackup {
  readonly operation: string;
  readonly atMs: number;
  readonly code: string;
  readonly why: string;
  readonly fix: string;
}

/** What could not be read. */
export interface Problem {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** The maps go by `namespace/claim` unless they say otherwise. */
export interface ClusterView {
  readonly coverage: Coverage;
  /** When the last evaluation was complete; undefined: there was none. */
  readonly evaluatedAt: string | undefined;
  /** Undefined: the driver's records could not be read. */
  readonly points: ReadonlyMap<string, PointTotals> | undefined;
  /** By the driver's volume: points that name no claim. */
  readonly pointsOfVolumes: ReadonlyMap<string, PointTotals>;
  /** By the name of the persistent volume. */
  readonly volumes: ReadonlyMap<string, BoundVolume>;
  /** By the driver's volume: what its backups take on the target. */
  readonly storedBytes: ReadonlyMap<string, bigint>;
  readonly proofs: ReadonlyMap<string, VerifiedPoint>;
  readonly open: ReadonlyMap<string, OpenWork>;
  /** Of each claim the newest ones, newest first. */
  readonly failed: ReadonlyMap<string, readonly FailedBackup[]>;
  readonly problems: readonly Problem[];
}
