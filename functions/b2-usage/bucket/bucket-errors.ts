/** Refusals of a store in our words. The store's own message is left out: it can echo keys and signatures. */
import { SoteriaError } from '@soteria/shared/errors.ts';

export type RefusalReason = keyof typeof refusals;

/** Why and how to fix it, by reason. The list is closed: it becomes the state in the report. */
export const refusals = {
  bad_credentials: {
    why: 'the store does not accept the key',
    fix: 'check SOTERIA_B2_KEY_ID and SOTERIA_B2_APPLICATION_KEY in Secret soteria-b2; the key may have been deleted or have expired',
  },
  forbidden: {
    why: 'the key may not list there',
    fix: 'give the key the rights of docs/b2-usage.md (listBuckets and listFiles; for S3: s3:ListBucket and s3:ListBucketVersions), also for this prefix',
  },
  bucket_missing: {
    why: 'there is no such bucket, or the key does not see it',
    fix: 'check SOTERIA_B2_BUCKETS, and that the key belongs to the account of the bucket',
  },
  clock_skew: {
    why: 'the clock of this node and that of the store differ by more than the store allows',
    fix: 'check that the nodes keep their time (NTP)',
  },
  tls_failed: {
    why: 'the store’s certificate is not trusted, has expired, or is for another name',
    fix: 'check SOTERIA_B2_ENDPOINT; for a private authority set SOTERIA_B2_CA to its certificate (PEM)',
  },
  wrong_region: {
    why: 'the bucket is in another region',
    fix: 'set SOTERIA_B2_REGION and SOTERIA_B2_ENDPOINT to those of the bucket',
  },
  caps_exceeded: {
    why: 'the account has reached a cap on calls that its owner has set',
    fix: 'raise the cap on the page “Caps & Alerts” of the account, or wait until the day ends (00:00 UTC)',
  },
  not_supported: {
    why: 'the store does not know this call',
    fix: 'check that SOTERIA_B2_API is the API of SOTERIA_B2_ENDPOINT: b2 or s3',
  },
  upload_gone: {
    why: 'the upload was finished or cancelled meanwhile',
    fix: 'nothing: it is left out',
  },
  not_set: {
    why: 'nothing of the kind is set on the bucket',
    fix: 'set it, where it is wanted',
  },
  unexpected_answer: {
    why: 'what answers is not of the form that this API has',
    fix: 'check that SOTERIA_B2_ENDPOINT is the address of the API, not of a web console or a proxy’s page',
  },
} as const;

export function bucketRefused(reason: RefusalReason, what: string, cause?: unknown): SoteriaError {
  return new SoteriaError('bucket_refused', { what, ...refusals[reason] }, { cause, details: { reason } });
}

export function bucketUnavailable(what: string, why: string, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'bucket_unavailable',
    { what, why, fix: 'nothing now: it is tried again; if it stays, check the store’s status and the way to it' },
    { cause, details: { reason: 'unreachable' } },
  );
}

export function reasonOf(thrown: unknown): RefusalReason | undefined {
  if (!(thrown instanceof SoteriaError)) return undefined;
  const reason = thrown.details?.['reason'];
  return typeof reason === 'string' && reason in refusals ? (reason as RefusalReason) : undefined;
}
