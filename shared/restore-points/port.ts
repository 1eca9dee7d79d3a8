/** What a driver says about its restore points. Each driver implements it once; Longhorn's is `shared/longhorn/restore-points.ts`. */

import type { DriverName } from '../operation/kinds/drivers.ts';

/** One point as its driver knows it. Its owner and the verdicts of restore tests are added here (`restore-point.ts`). */
export interface PointFacts {
  readonly id: string;
  readonly driver: DriverName;
  /** The driver's own name of it, by which a request may name it. */
  readonly name: string;
  readonly snapshot: string | null;
  readonly namespace: string | null;
  readonly pvc: string | null;
  readonly volume: string | null;
  /** Where it is stored: the backup target or repository. */
  readonly target: string | null;
  readonly url: string | null;
  readonly made_by: 'soteria' | 'recurring-job' | 'others';
  readonly cluster_id: string | null;
  /** The uid of the namespace kube-system of the cluster that made it. */
  readonly cluster_uid: string | null;
  /** The instant of the data, RFC 3339; null when the driver does not know it (yet). */
  readonly data_as_of: string | null;
  readonly completed_at: string | null;
  readonly size_bytes: bigint | null;
  readonly uploaded_bytes: bigint | null;
  readonly state: string;
  /** Why it cannot be restored; left out: it can be. */
  readonly reason?: string;
  readonly policy: string | null;
  /** A restore or a person holds it: it is not pruned. */
  readonly held: boolean;
  readonly consistency: 'crash' | 'hook' | 'dump';
  /** Full: all of the volume was read again. Null: the driver does not know. */
  readonly mode: 'full' | 'incremental' | null;
  readonly tags: readonly string[];
}

/** What a driver calls the URL of a point. */
export interface PointUrls {
  isSame(one: string, another: string): boolean;
  /** Why no point has that URL, and what to do about it. */
  explainUnknown(url: string): { readonly why: string; readonly fix: string };
}

/** `Source`: the driver's own record of a point. */
export interface PointDriver<Source> {
  readonly urls: PointUrls;
  /** Pure. */
  describe(source: Source): PointFacts;
}

export interface NamedPoint {
  readonly id?: string | undefined;
  readonly url?: string | undefined;
}

export interface PointReader<Source> {
  /** Every point, of one volume or of all; complete, or it throws `list_truncated`. */
  list(query: { readonly volume?: string | undefined }, signal?: AbortSignal): Promise<readonly Source[]>;
  /** The very point that an id or a URL names, without a list of all others; undefined when it is not there. */
  find(named: NamedPoint, signal?: AbortSignal): Promise<Source | undefined>;
}
