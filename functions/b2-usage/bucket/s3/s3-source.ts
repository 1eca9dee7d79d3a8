/** Any S3 API as a source: ListObjectVersions where the store has it, else ListObjectsV2. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import * as z from 'zod';
import { bucketRefused, reasonOf } from '../bucket-errors.ts';
import { connectionError, type Exchange, readText } from '../exchange.ts';
import type { BucketRef, BucketSource, OnCall, PageEnd, PageReader, PageRequest } from '../port.ts';
import { type Patience, tryAgain } from '../try-again.ts';
import { listUploads } from './list-uploads.ts';
import { type ListingEnd, NotAListing, readListing } from './read-listing.ts';
import { readTraits } from './read-traits.ts';
import { createS3Client, type S3Settings } from './s3-client.ts';

export interface S3SourceOptions {
  readonly settings: S3Settings;
  /** Empty: every bucket that the key may list. */
  readonly buckets: readonly BucketRef[];
  readonly exchange: Exchange;
  readonly patience: Patience;
  readonly onCall: OnCall;
}

/** Where a listing continues; without `versions` the listing holds current objects only. */
const cursorShape = z.object({
  versions: z.boolean(),
  token: z.string().optional(),
  key: z.string().optional(),
  version: z.string().optional(),
});
type Cursor = z.infer<typeof cursorShape>;

export function createS3Source({ settings, buckets, exchange, patience, onCall }: S3SourceOptions): BucketSource {
  const client = createS3Client({ settings, exchange, patience, onCall });
  let seesVersions = true;

  async function readPage(request: PageRequest, cursor: Cursor, startPage: () => PageReader, signal: AbortSignal) {
    const { bucket } = request;
    const answer = await client.get(bucket, queryOf(request, cursor), signal);
    try {
      return await readListing(answer, startPage());
    } catch (error) {
      if (error instanceof NotAListing)
        throw bucketRefused('unexpected_answer', `bucket ${bucket} could not be listed`, error);
      throw connectionError(error, client.urlOf(bucket));
    }
  }

  async function listPage(request: PageRequest, startPage: () => PageReader, signal: AbortSignal): Promise<PageEnd> {
    const cursor: Cursor =
      request.cursor === undefined ? { versions: seesVersions } : cursorShape.parse(JSON.parse(request.cursor));
    try {
      const end = await tryAgain(() => readPage(request, cursor, startPage, signal), patience, signal);
      return { nextCursor: nextOf(end, cursor), folders: end.folders };
    } catch (error) {
      if (!cursor.versions && cursor.token !== undefined && reasonOf(error) === 'unexpected_answer') {
        // A store may forget a token, but not the key after which the listing continues.
        const { token: _forgotten, ...rest } = cursor;
        return listPage({ ...request, cursor: JSON.stringify(rest) }, startPage, signal);
      }
      if (!cursor.versions || request.cursor !== undefined || !isNoVersions(error)) throw error;
      seesVersions = false;
      return listPage(request, startPage, signal);
    }
  }

  return {
    seesVersions: () => seesVersions,
    listPage,
    traits: (bucket, signal) => readTraits(client, bucket, signal),
    listUploads: (bucket, signal) =>
      listUploads(
        (path, query) =>
          tryAgain(async () => readText(await client.get(path, query, signal), client.urlOf(path)), patience, signal),
        bucket,
      ),
    open: async (signal) => ({
      buckets: buckets.length > 0 ? buckets : await tryAgain(() => allBuckets(signal), patience, signal),
      // S3 does not report the rights of a key: they show only when they are used.
      excessRights: [],
    }),
  };

  async function allBuckets(signal: AbortSignal): Promise<BucketRef[]> {
    const text = await readText(await client.get('', {}, signal), client.urlOf(''));
    return Array.from(text.matchAll(/<Name>([^<]{1,255})<\/Name>/g), ([, name = '']) => ({ name, prefix: '' }));
  }
}

function queryOf({ prefix, isFolderOnly }: PageRequest, cursor: Cursor): Record<string, string> {
  const scope = { ...(isFolderOnly ? { delimiter: '/' } : {}), 'max-keys': '1000', prefix };
  if (!cursor.versions) {
    return { ...startOf(cursor), ...scope, 'list-type': '2' };
  }
  return {
    ...scope,
    ...(cursor.key === undefined ? {} : { 'key-marker': cursor.key }),
    ...(cursor.version === undefined ? {} : { 'version-id-marker': cursor.version }),
    versions: '',
  };
}

function startOf({ token, key }: Cursor): Record<string, string> {
  if (token !== undefined) return { 'continuation-token': token };
  return key === undefined ? {} : { 'start-after': key };
}

function nextOf({ isTruncated, next, lastKey }: ListingEnd, { versions }: Cursor): string | undefined {
  if (!isTruncated) return undefined;
  const cursor: Cursor = { versions, key: lastKey, ...next };
  if (cursor.key !== undefined || cursor.token !== undefined) return JSON.stringify(cursor);
  throw bucketRefused('unexpected_answer', 'a listing says that there is more, and not where it goes on');
}

/** Stores without versions refuse the call in several ways. */
function isNoVersions(error: unknown): boolean {
  const reason = reasonOf(error);
  if (reason === 'not_supported' || reason === 'unexpected_answer') return true;
  // A key may be allowed to list objects and not their versions.
  return reason === 'forbidden' && error instanceof SoteriaError;
}
