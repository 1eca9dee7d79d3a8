/** The answers of B2's native API, read tolerantly. Versions 3 and 4 report the limits of a key in different places. */
import * as z from 'zod';

const text = z.string().nullish();
const limits = {
  capabilities: z.array(z.string()).default([]),
  bucketId: text,
  bucketName: text,
  buckets: z.array(z.object({ id: z.string(), name: text })).nullish(),
  namePrefix: text,
};

export const authorization = z.object({
  accountId: z.string(),
  authorizationToken: z.string(),
  apiInfo: z.object({
    storageApi: z.object({ apiUrl: z.url(), ...limits, allowed: z.object(limits).optional() }),
  }),
});
export type Authorization = z.infer<typeof authorization>;

export const bucketList = z.object({
  buckets: z.array(
    z.object({
      bucketId: z.string(),
      bucketName: z.string(),
      lifecycleRules: z.array(z.object({ daysFromHidingToDeleting: z.number().nullish() })).default([]),
      fileLockConfiguration: z
        .object({
          isClientAuthorizedToRead: z.boolean(),
          value: z.object({ isFileLockEnabled: z.boolean() }).nullish(),
        })
        .optional(),
    }),
  ),
});
export type Bucket = z.infer<typeof bucketList>['buckets'][number];

/** A page has many plain entries: they are checked by hand where they are read. */
export interface FileVersion {
  readonly action?: unknown;
  readonly fileName?: unknown;
  readonly contentLength?: unknown;
  readonly uploadTimestamp?: unknown;
}

export const versionPage = z.object({
  files: z.custom<readonly FileVersion[]>((value) => Array.isArray(value)),
  nextFileName: text,
  nextFileId: text,
});

export const largeFilePage = z.object({
  files: z.array(z.object({ fileId: z.string(), fileName: z.string(), uploadTimestamp: z.number().default(0) })),
  nextFileId: text,
});

export const partPage = z.object({
  parts: z.array(z.object({ contentLength: z.number() })),
  nextPartNumber: z.number().nullish(),
});

export const refusal = z.object({ status: z.number(), code: z.string() });
