/** Answers the reading calls of B2's native API from the content of the buckets. */
import * as z from 'zod';
import type { B2Bucket, B2Key } from './b2-server.ts';
import { listPage, type StoredVersion } from './stored-version.ts';

export class B2Refusal extends Error {
  override readonly name = 'B2Refusal';
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | undefined;

  constructor(status: number, code: string, retryAfter?: string) {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const idOf = (bucket: B2Bucket): string => `id-${bucket.name}`;

const listBuckets = z.object({ bucketName: z.string().optional() });
const listVersions = z.object({
  bucketId: z.string(),
  prefix: z.string().default(''),
  delimiter: z.string().optional(),
  startFileName: z.string().optional(),
  startFileId: z.string().optional(),
  maxFileCount: z.number().min(1).max(10_000).default(100),
});
const listUnfinished = z.object({
  bucketId: z.string(),
  namePrefix: z.string().default(''),
  startFileId: z.string().optional(),
  maxFileCount: z.number().min(1).max(100).default(100),
});
const listParts = z.object({
  fileId: z.string(),
  startPartNumber: z.number().default(1),
  maxPartCount: z.number().min(1).max(1000).default(100),
});

/** Throws B2Refusal. */
export function answerCall(call: string, body: unknown, key: B2Key, buckets: readonly B2Bucket[]): Promise<unknown> {
  const visible = buckets.filter(({ name }) => key.bucket === undefined || key.bucket === name);
  switch (call) {
    case 'b2_list_buckets':
      return answerBuckets(read(listBuckets, body), key, visible);
    case 'b2_list_file_versions':
      return answerVersions(read(listVersions, body), key, visible);
    case 'b2_list_unfinished_large_files':
      return answerUnfinished(read(listUnfinished, body), key, visible);
    case 'b2_list_parts':
      return answerParts(read(listParts, body), key, visible);
    default:
      throw new B2Refusal(404, 'not_found');
  }
}

function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new B2Refusal(400, 'bad_request');
}

function needRight(key: B2Key, right: string): void {
  if (!key.capabilities.includes(right)) throw new B2Refusal(401, 'unauthorized');
}

function bucketIn(buckets: readonly B2Bucket[], bucketId: string): B2Bucket {
  const bucket = buckets.find((one) => idOf(one) === bucketId);
  if (bucket === undefined) throw new B2Refusal(400, 'bad_bucket_id');
  return bucket;
}

async function answerBuckets({ bucketName }: z.infer<typeof listBuckets>, key: B2Key, buckets: readonly B2Bucket[]) {
  needRight(key, 'listBuckets');
  // A key that is limited to a bucket must name it.
  if (key.bucket !== undefined && bucketName !== key.bucket) throw new B2Refusal(401, 'unauthorized');
  const found = buckets.filter(({ name }) => bucketName === undefined || name === bucketName);
  return {
    buckets: found.map((bucket) => ({
      bucketId: idOf(bucket),
      bucketName: bucket.name,
      bucketType: 'allPrivate',
      lifecycleRules:
        bucket.daysFromHidingToDeleting === undefined
          ? []
          : [{ daysFromHidingToDeleting: bucket.daysFromHidingToDeleting, fileNamePrefix: '' }],
      fileLockConfiguration: key.capabilities.includes('readBucketRetentions')
        ? { isClientAuthorizedToRead: true, value: { isFileLockEnabled: bucket.isLocked === true } }
        : { isClientAuthorizedToRead: false, value: null },
    })),
  };
}

async function answerVersions(asked: z.infer<typeof listVersions>, key: B2Key, buckets: readonly B2Bucket[]) {
  needRight(key, 'listFiles');
  const bucket = bucketIn(buckets, asked.bucketId);
  if (!asked.prefix.startsWith(key.namePrefix ?? '')) throw new B2Refusal(401, 'unauthorized');
  const { entries, next } = listPage(await bucket.versions(), {
    prefix: asked.prefix,
    delimiter: asked.delimiter,
    startName: asked.startFileName,
    startId: asked.startFileId,
    limit: asked.maxFileCount,
  });
  return { files: entries.map(fileOf), nextFileName: next?.name ?? null, nextFileId: next?.id ?? null };
}

function fileOf(entry: StoredVersion | string) {
  if (typeof entry === 'string') return { action: 'folder', fileName: entry, fileId: null, contentLength: 0 };
  const { action, name, id, sizeBytes, uploadedAtMs } = entry;
  return { action, fileName: name, fileId: id, contentLength: sizeBytes, uploadTimestamp: uploadedAtMs };
}

async function answerUnfinished(asked: z.infer<typeof listUnfinished>, key: B2Key, buckets: readonly B2Bucket[]) {
  needRight(key, 'listFiles');
  const versions = await bucketIn(buckets, asked.bucketId).versions();
  const unfinished = versions
    .filter(({ action, name }) => action === 'start' && name.startsWith(asked.namePrefix))
    .toSorted((a, b) => Number(a.id) - Number(b.id))
    .filter(({ id }) => asked.startFileId === undefined || Number(id) >= Number(asked.startFileId));
  const page = unfinished.slice(0, asked.maxFileCount);
  return { files: page.map(fileOf), nextFileId: unfinished[asked.maxFileCount]?.id ?? null };
}

async function answerParts(asked: z.infer<typeof listParts>, key: B2Key, buckets: readonly B2Bucket[]) {
  needRight(key, 'listFiles');
  const all = (await Promise.all(buckets.map((bucket) => bucket.versions()))).flat();
  const file = all.find(({ id, action }) => id === asked.fileId && action === 'start');
  if (file === undefined) throw new B2Refusal(400, 'bad_request');
  const parts = (file.parts ?? []).map((contentLength, index) => ({ partNumber: index + 1, contentLength }));
  const from = parts.slice(asked.startPartNumber - 1);
  return {
    parts: from.slice(0, asked.maxPartCount),
    nextPartNumber: from[asked.maxPartCount]?.partNumber ?? null,
  };
}
