/**
 * What a measurement asks of a store that holds buckets; reading only. Adapters: `s3/s3-source.ts`, `b2/b2-source.ts`.
 *
 * Refusals are SoteriaErrors: `bucket_refused` (permanent; `details.reason` says which kind) and `bucket_unavailable` (later it may
 * work; what the adapters' own tries could not cure).
 */

/** One entry of a listing, as the store gives it. */
export interface ListedVersion {
  readonly key: string;
  readonly sizeBytes: number;
  /** marker: a hide or delete marker. part: of a large file that is not finished. */
  readonly kind: 'object' | 'marker' | 'part';
  /** Undefined: the store does not say, the order tells (newest first). */
  readonly isLatest: boolean | undefined;
  /** Milliseconds since 1970; 0 when the store does not say. */
  readonly atMs: number;
}

export interface PageRequest {
  readonly bucket: string;
  readonly prefix: string;
  /** Only what lies directly below the prefix, and the names of the folders there. */
  readonly isFolderOnly: boolean;
  /** What the page before answered. */
  readonly cursor: string | undefined;
}

export interface PageEnd {
  /** Undefined: that was the last page. Opaque, and good for hours. */
  readonly nextCursor: string | undefined;
  /** Full prefixes, each with its slash at the end; empty unless asked for. */
  readonly folders: readonly string[];
}

/** Takes the entries of one page as they arrive; a page that broke off is read again into a new one. */
export type PageReader = (version: ListedVersion) => void;

export interface UnfinishedUpload {
  readonly key: string;
  readonly startedAtMs: number;
  /** The size of the uploaded parts; undefined when the key may not list them. */
  readonly sizeBytes: number | undefined;
}

/** What is set on the bucket; undefined where the key may not ask, or the store has no word for it. */
export interface BucketTraits {
  readonly isVersioned: boolean | undefined;
  readonly hasObjectLock: boolean | undefined;
  /** A rule that removes hidden versions by itself. */
  readonly hasHiddenVersionRule: boolean | undefined;
}

export interface BucketRef {
  readonly name: string;
  /** All that the key may list of it; empty: everything. */
  readonly prefix: string;
}

export interface StoreAccess {
  readonly buckets: readonly BucketRef[];
  /** Rights of the key beyond listing, by the store's own names; empty when it has none or the store does not tell. */
  readonly excessRights: readonly string[];
}

export interface BucketSource {
  /** The buckets to measure, and what the key may do; throws for a wrong key or a bucket that is not there. */
  open(signal: AbortSignal): Promise<StoreAccess>;
  traits(bucket: string, signal: AbortSignal): Promise<BucketTraits>;
  /** `startPage` is called once for every try. */
  listPage(request: PageRequest, startPage: () => PageReader, signal: AbortSignal): Promise<PageEnd>;
  /** As long as the caller takes more; one that ends meanwhile is left out. Each costs a call of its own. */
  listUploads(bucket: BucketRef, signal: AbortSignal): AsyncIterable<UnfinishedUpload>;
  /** True: hidden versions are in the listing. False: the store lists current objects only. */
  readonly seesVersions: () => boolean;
}

/** Counts what the store may charge for. */
export type OnCall = () => void;
