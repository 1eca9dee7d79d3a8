/** Usage outside Longhorn's volumes: repositories of restic and kopia, the rest of Longhorn's store, and the rest by prefix. Pure. */
import { parseOwner } from '../tally/classify-key.ts';
import type { OwnerTally } from '../tally/tally.ts';
import type { Measurement } from '../record/usage-record.ts';

export interface RepositoryUsage {
  readonly kind: 'longhorn' | 'restic' | 'kopia' | 'prefix' | 'rest';
  readonly bucket: string;
  /** The prefix of the repository; empty: the top of the bucket. */
  readonly prefix: string;
  readonly current_bytes: number;
  readonly current_objects: number;
  readonly hidden_bytes: number;
  readonly hidden_objects: number;
  /** `data`, `index`, `snapshots`, … */
  readonly parts: OwnerTally['parts'];
}

/** Largest first. */
export function othersOf({ buckets }: Measurement): RepositoryUsage[] {
  return buckets
    .flatMap(({ name: bucket, tally }) =>
      Object.entries(tally.owners).flatMap(([owner, sums]) => {
        const { kind, root } = parseOwner(owner);
        if (kind === 'volume') return [];
        const { bytes, objects, hiddenBytes, hiddenObjects, parts } = sums;
        return [
          {
            kind,
            bucket,
            prefix: root,
            parts,
            current_bytes: bytes,
            current_objects: objects,
            hidden_bytes: hiddenBytes,
            hidden_objects: hiddenObjects,
          },
        ];
      }),
    )
    .toSorted((a, b) => b.current_bytes - a.current_bytes);
}
