/** What an operator should look at, each with its fix. Pure. */
import type { Measurement } from '../record/usage-record.ts';
import { hiddenAgeDays } from '../measure/tally.ts';
import type { PriceCard } from './price-card.ts';

export interface Finding {
  readonly code: FindingCode;
  readonly bucket: string | null;
  /** The volume, where it is about one. */
  readonly subject: string | null;
  readonly bytes: number | null;
  readonly what: string;
  readonly fix: string;
}

export const findingCodes = [
  'orphaned_volume',
  'unfinished_uploads',
  'hidden_without_rule',
  'no_versioning',
  'no_object_lock',
  'size_disagrees',
  'key_too_broad',
  'prefix_unreadable',
  'versions_not_seen',
  'price_card_old',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export interface FindingInput {
  readonly measurement: Measurement;
  readonly staleUploadDays: number;
  readonly card: PriceCard | undefined;
  readonly now: Date;
}

type Bucket = Measurement['buckets'][number];

const yearMs = 365 * 86_400_000;
/** Below this a disagreement is bookkeeping. */
const toleratedBytes = 64 * 1024 * 1024;

function finding(code: FindingCode, about: Partial<Finding>, what: string, fix: string): Finding {
  return { bucket: null, subject: null, bytes: null, ...about, code, what, fix };
}

export function findingsOf(input: FindingInput): Finding[] {
  const { measurement } = input;
  return [
    ...orphans(measurement),
    ...disagreements(measurement),
    ...measurement.buckets.flatMap((bucket) => ofBucket(bucket, input)),
    ...ofKey(measurement),
    ...ofCard(input),
  ];
}

function bytesOf({ buckets }: Measurement, bucket: string, owner: string): number {
  return buckets.find(({ name }) => name === bucket)?.tally.owners[owner]?.bytes ?? 0;
}

function orphans(measurement: Measurement): Finding[] {
  return measurement.attributions
    .filter(({ state }) => state === 'orphaned')
    .map(({ bucket, owner, volume, namespace, pvc }) => {
      const claim = pvc === undefined ? 'a claim nobody recorded' : `claim ${namespace ?? ''}/${pvc}, which is gone`;
      return finding(
        'orphaned_volume',
        { bucket, subject: volume, bytes: bytesOf(measurement, bucket, owner) },
        `volume ${volume} belongs to ${claim}; its backups are still paid for`,
        'restore it if it is missed; otherwise delete its backups with Longhorn, so that blocks and records go together',
      );
    });
}

/** Blocks are compressed: the bucket should hold less than Longhorn's own figure, never more. */
function disagreements(measurement: Measurement): Finding[] {
  return measurement.attributions.flatMap(({ bucket, owner, volume, longhornBytes }) => {
    const bytes = bytesOf(measurement, bucket, owner);
    if (longhornBytes === undefined || bytes <= longhornBytes * 1.05 + toleratedBytes) return [];
    return [
      finding(
        'size_disagrees',
        { bucket, subject: volume, bytes: bytes - longhornBytes },
        `the bucket holds ${bytes} bytes of volume ${volume}, Longhorn believes at most ${longhornBytes}`,
        'blocks of deleted or failed backups were left behind: Longhorn removes them with the next deletion of a backup of this volume',
      ),
    ];
  });
}

function ofBucket(bucket: Bucket, { measurement, staleUploadDays }: FindingInput): Finding[] {
  const { name, traits, tally, uploads, unreadable } = bucket;
  const about = { bucket: name };
  const found: Finding[] = unreadable.map((prefix) =>
    finding(
      'prefix_unreadable',
      { ...about, subject: prefix },
      `the key may not list ${prefix} in bucket ${name}: the sums are without it`,
      'let the key list the whole bucket, or name the prefix that it may list in SOTERIA_B2_BUCKETS',
    ),
  );
  if (uploads !== undefined && uploads.staleCount > 0) {
    found.push(
      finding(
        'unfinished_uploads',
        { ...about, bytes: uploads.staleBytes },
        `${uploads.staleCount} unfinished uploads in bucket ${name} are older than ${staleUploadDays} days`,
        'add a lifecycle rule that cancels unfinished uploads, or cancel them by hand; no listing of objects shows them',
      ),
    );
  }
  if (traits.hasHiddenVersionRule === false && (tally.hiddenObjects > 0 || tally.markers > 0)) {
    found.push(
      finding(
        'hidden_without_rule',
        { ...about, bytes: tally.hiddenBytes },
        `bucket ${name} holds ${tally.hiddenObjects} hidden versions and ${tally.markers} markers, and no rule removes them`,
        `add a lifecycle rule that deletes hidden versions, for example after ${hiddenAgeDays[2]} days; what it saves is under cost.what_if`,
      ),
    );
  }
  if (traits.isVersioned === false) {
    found.push(
      finding(
        'no_versioning',
        about,
        `bucket ${name} keeps no versions: who can write can destroy every backup in it`,
        'turn versioning on, with a lifecycle rule for hidden versions',
      ),
    );
  }
  if (traits.hasObjectLock === false) {
    found.push(
      finding(
        'no_object_lock',
        about,
        `bucket ${name} has no object lock: a stolen key can delete versions too`,
        'consider object lock with a retention shorter than that of the policies; B2 can turn it on for a bucket that exists',
      ),
    );
  }
  if (!measurement.seesVersions) {
    found.push(
      finding(
        'versions_not_seen',
        about,
        `the versions of bucket ${name} could not be listed: hidden ones are not in the sums`,
        'allow the key s3:ListBucketVersions; a store that has no versions needs nothing',
      ),
    );
  }
  return found;
}

function ofKey({ excessRights }: Measurement): Finding[] {
  if (excessRights.length === 0) return [];
  const rights = excessRights.join(', ');
  return [
    finding(
      'key_too_broad',
      {},
      `the key may do more than list: ${rights}`,
      'make a key with listBuckets and listFiles only, as docs/b2-usage.md shows, and delete this one',
    ),
  ];
}

function ofCard({ card, now }: FindingInput): Finding[] {
  if (card === undefined || now.getTime() - Date.parse(card.asOf) < yearMs) return [];
  return [
    finding(
      'price_card_old',
      { subject: card.name },
      `price card ${card.name} is of ${card.asOf}: costs may be wrong`,
      `compare it with ${card.source} and correct ConfigMap soteria-price-cards`,
    ),
  ];
}
