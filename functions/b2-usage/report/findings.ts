/** Problems for the operator, each with its fix. Pure. */
import type { Attribution } from '../attribute/attribution.ts';
import { hiddenAgeDays, type OwnerTally } from '../tally/tally.ts';
import type { Measurement } from '../record/usage-record.ts';
import type { PriceCard } from './price-card.ts';

export interface Finding {
  readonly code: FindingCode;
  readonly bucket: string | null;
  /** The volume, where the finding is about a volume. */
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
  'interrupted_upload',
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
/** Longhorn's sums count every block with this size, also a block of 16 MiB. */
const blockBytes = 2 * 1024 * 1024;
/** A difference of up to this many blocks is harmless. */
const toleratedBlocks = 32;

function finding(code: FindingCode, about: Partial<Finding>, what: string, fix: string): Finding {
  return { bucket: null, subject: null, bytes: null, ...about, code, what, fix };
}

export function findingsOf(input: FindingInput): Finding[] {
  const { measurement } = input;
  return [
    ...orphans(measurement),
    ...disagreements(measurement),
    ...interruptions(measurement),
    ...measurement.buckets.flatMap((bucket) => ofBucket(bucket, input)),
    ...ofKey(measurement),
    ...ofCard(input),
  ];
}

function ownerOf({ buckets }: Measurement, { bucket, owner }: Attribution): OwnerTally | undefined {
  return buckets.find(({ name }) => name === bucket)?.tally.owners[owner];
}

function orphans(measurement: Measurement): Finding[] {
  return measurement.attributions
    .filter(({ state, isMissing }) => state === 'orphaned' && isMissing !== true)
    .map((attribution) => {
      const { bucket, volume, namespace, pvc } = attribution;
      const sums = ownerOf(measurement, attribution);
      const claim = pvc === undefined ? 'a claim nobody recorded' : `claim ${namespace ?? ''}/${pvc}, which is gone`;
      return finding(
        'orphaned_volume',
        { bucket, subject: volume, bytes: (sums?.bytes ?? 0) + (sums?.hiddenBytes ?? 0) },
        `volume ${volume} belongs to ${claim}; its backups are still paid for`,
        'restore it if it is missed; otherwise delete its backups with Longhorn, so that blocks and records go together',
      );
    });
}

/** The compression of a block is unknown, but both sides know the number of blocks. */
function disagreements(measurement: Measurement): Finding[] {
  return measurement.attributions.flatMap((attribution) => {
    const { longhornBytes, isChanging = false } = attribution;
    if (longhornBytes === undefined || isChanging) return [];
    const blocks = ownerOf(measurement, attribution)?.parts['blocks']?.objects ?? 0;
    const believed = Math.round(longhornBytes / blockBytes);
    if (Math.abs(blocks - believed) <= toleratedBlocks && attribution.isMissing !== true) return [];
    return [disagreement(attribution, blocks, believed)];
  });
}

function disagreement(
  { bucket, volume, isMissing, interrupted = [] }: Attribution,
  blocks: number,
  believed: number,
): Finding {
  const about = { bucket, subject: volume, bytes: Math.abs(blocks - believed) * blockBytes };
  const lost =
    'test a restore of its newest point now; if it fails make a full backup, which uploads every block again';
  const believes = `Longhorn believes in ${believed} blocks of volume ${volume}`;
  if (isMissing === true)
    return finding('size_disagrees', about, `${believes}, bucket ${bucket} holds nothing of it`, lost);
  if (blocks < believed)
    return finding('size_disagrees', about, `${believes}, bucket ${bucket} holds ${blocks} only`, lost);
  return finding(
    'size_disagrees',
    about,
    `${believes}, bucket ${bucket} holds ${blocks}`,
    interrupted.length === 0
      ? 'blocks of deleted or failed backups were left behind: Longhorn removes them with the next deletion of a backup of this volume'
      : `blocks of deleted or failed backups were left behind; first ${deleteThem(interrupted)}`,
  );
}

const deleteThem = (names: readonly string[]): string =>
  `delete ${names.join(', ')} while the backup target is available: kubectl -n longhorn-system delete backups.longhorn.io ${names.join(' ')}`;

function interruptions({ attributions }: Measurement): Finding[] {
  return attributions.flatMap(({ bucket, volume, interrupted = [] }) =>
    interrupted.length === 0
      ? []
      : finding(
          'interrupted_upload',
          { bucket, subject: volume },
          `the upload of ${interrupted.join(', ')} was interrupted: while it is listed, Longhorn removes no blocks of volume ${volume}`,
          `make sure that no other cluster is uploading it, then ${deleteThem(interrupted)}`,
        ),
  );
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
