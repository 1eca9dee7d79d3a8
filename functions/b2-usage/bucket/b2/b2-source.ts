/** Backblaze B2 by its native API. A key limited to buckets or a prefix is measured as far as it sees. */
import * as z from 'zod';
import { bucketRefused, reasonOf } from '../bucket-errors.ts';
import type { Exchange } from '../exchange.ts';
import type { BucketRef, BucketSource, ListedVersion, OnCall } from '../port.ts';
import type { Patience } from '../try-again.ts';
import { type B2Settings, createB2Client } from './b2-client.ts';
import {
  type Authorization,
  type Bucket,
  bucketList,
  type FileVersion,
  largeFilePage,
  partPage,
  versionPage,
} from './wire.ts';

export interface B2SourceOptions {
  readonly settings: B2Settings;
  /** Empty: every bucket that the key may list. */
  readonly buckets: readonly BucketRef[];
  readonly exchange: Exchange;
  readonly patience: Patience;
  readonly onCall: OnCall;
}

/** B2 allows up to 10,000 and charges for each thousand, so a larger page only needs more memory. */
const pageSize = 1000;

const cursorShape = z.tuple([z.string(), z.string()]);

/** The rights that a measurement may use; any other right of the key is reported as excess. */
const neededRights = new Set([
  'listBuckets',
  'listAllBucketNames',
  'listFiles',
  'readBuckets',
  'readBucketRetentions',
  'readBucketEncryption',
  'readBucketReplications',
  'readBucketNotifications',
  'readBucketLogging',
]);

export function createB2Source(options: B2SourceOptions): BucketSource {
  const client = createB2Client(options);
  const found = new Map<string, Bucket>();

  /** A key that is limited to a bucket may list only that bucket, and by name. */
  async function listBuckets(bucketName: string | undefined, signal: AbortSignal): Promise<readonly Bucket[]> {
    const { accountId } = await client.authorize(signal);
    const asked = { accountId, ...(bucketName === undefined ? {} : { bucketName }) };
    const { buckets } = await client.call('b2_list_buckets', asked, bucketList, signal);
    for (const bucket of buckets) found.set(bucket.bucketName, bucket);
    return buckets;
  }

  async function bucketOf(name: string, signal: AbortSignal): Promise<Bucket> {
    if (!found.has(name)) await listBuckets(name, signal);
    const bucket = found.get(name);
    if (bucket !== undefined) return bucket;
    throw bucketRefused('bucket_missing', `bucket ${name} could not be listed`);
  }

  async function wantedBuckets(limits: KeyLimits, signal: AbortSignal): Promise<BucketRef[]> {
    const { buckets: configured } = options;
    const within = (prefix: string): string => (prefix.startsWith(limits.namePrefix) ? prefix : limits.namePrefix);
    if (configured.length > 0) {
      for (const { name } of configured) await bucketOf(name, signal);
      return configured.map(({ name, prefix }) => ({ name, prefix: within(prefix) }));
    }
    const names = limits.bucketNames ?? (await listBuckets(undefined, signal)).map(({ bucketName }) => bucketName);
    for (const name of names) await bucketOf(name, signal);
    return names.map((name) => ({ name, prefix: limits.namePrefix }));
  }

  /** Undefined: the file was finished or cancelled meanwhile, which B2 reports as a bad request. */
  async function partBytes(fileId: string, signal: AbortSignal): Promise<number | undefined> {
    let sum = 0;
    try {
      for (let startPartNumber = 1; ;) {
        const asked = { fileId, startPartNumber, maxPartCount: 1000 };
        const { parts, nextPartNumber } = await client.call('b2_list_parts', asked, partPage, signal);
        for (const { contentLength } of parts) sum += contentLength;
        if (typeof nextPartNumber !== 'number') return sum;
        startPartNumber = nextPartNumber;
      }
    } catch (error) {
      if (reasonOf(error) === 'unexpected_answer') return undefined;
      throw error;
    }
  }

  return {
    seesVersions: () => true,
    async open(signal) {
      const limits = limitsOf(await client.authorize(signal));
      const buckets = await wantedBuckets(limits, signal);
      return { buckets, excessRights: limits.capabilities.filter((right) => !neededRights.has(right)) };
    },
    async traits(name, signal) {
      const { fileLockConfiguration: lock, lifecycleRules } = await bucketOf(name, signal);
      return {
        // Every bucket of B2 keeps versions.
        isVersioned: true,
        hasObjectLock: lock?.isClientAuthorizedToRead === true ? lock.value?.isFileLockEnabled === true : undefined,
        hasHiddenVersionRule: lifecycleRules.some((rule) => typeof rule.daysFromHidingToDeleting === 'number'),
      };
    },
    async listPage({ bucket, prefix, isFolderOnly, cursor }, startPage, signal) {
      const { bucketId } = await bucketOf(bucket, signal);
      const asked = {
        bucketId,
        prefix,
        maxFileCount: pageSize,
        ...(isFolderOnly ? { delimiter: '/' } : {}),
        ...(cursor === undefined ? {} : startOf(cursor)),
      };
      const page = await client.call('b2_list_file_versions', asked, versionPage, signal);
      const read = startPage();
      const folders: string[] = [];
      for (const file of page.files) {
        if (file.action === 'folder') folders.push(textOf(file.fileName));
        else read(versionOf(file));
      }
      const { nextFileName, nextFileId } = page;
      const hasMore = typeof nextFileName === 'string';
      return { folders, nextCursor: hasMore ? JSON.stringify([nextFileName, nextFileId ?? '']) : undefined };
    },
    async *listUploads({ name, prefix }, signal) {
      const { bucketId } = await bucketOf(name, signal);
      let from: { startFileId?: string } = {};
      for (;;) {
        const asked = { bucketId, namePrefix: prefix, maxFileCount: 100, ...from };
        const page = await client.call('b2_list_unfinished_large_files', asked, largeFilePage, signal);
        for (const { fileId, fileName, uploadTimestamp } of page.files) {
          const sizeBytes = await partBytes(fileId, signal);
          if (sizeBytes !== undefined) yield { key: fileName, startedAtMs: uploadTimestamp, sizeBytes };
        }
        if (typeof page.nextFileId !== 'string') return;
        from = { startFileId: page.nextFileId };
      }
    },
  };
}

interface KeyLimits {
  readonly capabilities: readonly string[];
  /** Undefined: all buckets. */
  readonly bucketNames: readonly string[] | undefined;
  readonly namePrefix: string;
}

function limitsOf({ apiInfo }: Authorization): KeyLimits {
  const said = apiInfo.storageApi.allowed ?? apiInfo.storageApi;
  const { capabilities, buckets, bucketName, namePrefix } = said;
  const names = (buckets ?? []).flatMap(({ name }) => name ?? []);
  const single = typeof bucketName === 'string' ? [bucketName] : undefined;
  return { capabilities, bucketNames: names.length > 0 ? names : single, namePrefix: namePrefix ?? '' };
}

function versionOf({ action, fileName, contentLength, uploadTimestamp }: FileVersion): ListedVersion {
  const kind = action === 'hide' ? 'marker' : action === 'start' ? 'part' : 'object';
  return {
    key: textOf(fileName),
    sizeBytes: kind === 'object' ? numberOf(contentLength) : 0,
    kind,
    isLatest: undefined,
    atMs: numberOf(uploadTimestamp),
  };
}

const textOf = (wire: unknown): string => (typeof wire === 'string' ? wire : '');
const numberOf = (wire: unknown): number => (typeof wire === 'number' ? wire : 0);

function startOf(cursor: string): Record<string, string> {
  const [startFileName, startFileId] = cursorShape.parse(JSON.parse(cursor));
  return { startFileName, ...(startFileId === '' ? {} : { startFileId }) };
}
