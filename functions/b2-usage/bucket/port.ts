/**
 * The calls that a measurement makes to a store of buckets; reading only. Adapters: `s3/s3-source.ts`, `b2/b2-source.ts`.
 *
 * Refusals are SoteriaErrors: `bucket_refused` (permanent; `details.reason` says which kind) and `bucket_unavailable` (a later call may
 * succeed; the adapter's own retries have failed).
 */

/** One entry of a listing, as the store sends it. */
export interface ListedVersion {
  readonly key: string;
  readonly sizeBytes: number;
  /** marker: a hide or delete marker. part: a part of a large file that is not finished. */
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
  /** The cursor in the answer of the page before. */
  readonly cursor: string | undefined;
}

export interface PageEnd {
  /** Undefined: this was the last page. Opaque, and valid for hours. */
  readonly nextCursor: string | undefined;
  /** Full prefixes, each with its slash at the end; empty unless requested. */
  readonly folders: readonly string[];
}

/** Takes the entries of one page as they arrive; when a page breaks off, it is read again into a new receiver. */
export type PageReader = (version: ListedVersion) => void;

export interface UnfinishedUpload {
  readonly key: string;
  readonly startedAtMs: number;
  /** The size of the uploaded parts; undefined when the key may not list them. */
  readonly sizeBytes: number | undefined;
}

/** The settings of the bucket; undefined where the key may not read them, or the store does not have them. */
export interface BucketTraits {
  readonly isVersioned: boolean | undefined;
  readonly hasObjectLock: boolean | undefined;
  /** True: a lifecycle rule deletes hidden versions. */
  readonly hasHiddenVersionRule: boolean | undefined;
}

export interface BucketRef {
  readonly name: string;
  /** The prefix that the key may list; empty: everything. */
  readonly prefix: string;
}

export interface StoreAccess {
  readonly buckets: readonly BucketRef[];
  /** Rights of the key beyond listing, by the store's own names; empty when it has none or the store does not report them. */
  readonly excessRights: readonly string[];
}

export interface BucketSource {
  /** The buckets to measure, and the rights of the key; throws for a wrong key or a missing bucket. */
  open(signal: AbortSignal): Promise<StoreAccess>;
  traits(bucket: string, signal: AbortSignal): Promise<BucketTraits>;
  /** `startPage` is called once for every try. */
  listPage(request: PageRequest, startPage: () => PageReader, signal: AbortSignal): Promise<PageEnd>;
  /** Yields until the caller stops; an upload that ends meanwhile is left out. Each upload costs its own call. */
  listUploads(bucket: BucketRef, signal: AbortSignal): AsyncIterable<UnfinishedUpload>;
  /** True: hidden versions are in the listing. False: the store lists current objects only. */
  readonly seesVersions: () => boolean;
}

/** Counts what the store may charge for. */
export type OnCall = () => void;
