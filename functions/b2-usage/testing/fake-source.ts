/** A bucket in memory behind the port, with pages as small as a test wants and troubles where it wants them. */
import type {
  BucketSource,
  BucketTraits,
  ListedVersion,
  PageRequest,
  StoreAccess,
  UnfinishedUpload,
} from '../bucket/port.ts';

export interface FakeBucket {
  readonly name: string;
  /** In listing order. */
  readonly versions: readonly ListedVersion[];
  readonly uploads?: readonly UnfinishedUpload[];
  readonly traits?: BucketTraits;
}

export interface FakeSourceOptions {
  readonly buckets: readonly FakeBucket[];
  readonly pageSize: number;
  readonly excessRights?: readonly string[];
  /** Asked before every page; what it throws is thrown. */
  readonly trouble?: (request: PageRequest, page: number) => void;
  /** True: the page breaks off in its middle and is read again. */
  readonly isBroken?: (page: number) => boolean;
}

export interface FakeSource extends BucketSource {
  readonly requests: readonly PageRequest[];
}

export const object = (key: string, sizeBytes: number, atMs = 0, isLatest?: boolean): ListedVersion => ({
  key,
  sizeBytes,
  kind: 'object',
  isLatest,
  atMs,
});

export const marker = (key: string, atMs = 0): ListedVersion => ({
  key,
  sizeBytes: 0,
  kind: 'marker',
  isLatest: undefined,
  atMs,
});

const noTraits: BucketTraits = { isVersioned: undefined, hasObjectLock: undefined, hasHiddenVersionRule: undefined };

export function createFakeSource(options: FakeSourceOptions): FakeSource {
  const requests: PageRequest[] = [];
  const bucketOf = (name: string): FakeBucket => {
    const bucket = options.buckets.find((one) => one.name === name);
    if (bucket === undefined) throw new Error(`the test has no bucket ${name}`);
    return bucket;
  };
  return {
    requests,
    seesVersions: () => true,
    open: (): Promise<StoreAccess> =>
      Promise.resolve({
        buckets: options.buckets.map(({ name }) => ({ name, prefix: '' })),
        excessRights: options.excessRights ?? [],
      }),
    traits: (name) => Promise.resolve(bucketOf(name).traits ?? noTraits),
    async *listUploads({ name }) {
      await Promise.resolve();
      yield* bucketOf(name).uploads ?? [];
    },
    async listPage(request, startPage) {
      requests.push(request);
      const page = requests.length;
      options.trouble?.(request, page);
      const entries = entriesOf(bucketOf(request.bucket).versions, request);
      const from = Number(request.cursor ?? 0);
      const shown = entries.slice(from, from + options.pageSize);
      // As a network does: others get their turn in between.
      await Promise.resolve();
      if (options.isBroken?.(page) === true) {
        const broken = startPage();
        for (const entry of shown.slice(0, Math.ceil(shown.length / 2))) if (typeof entry !== 'string') broken(entry);
      }
      const read = startPage();
      for (const entry of shown) if (typeof entry !== 'string') read(entry);
      const end = from + options.pageSize;
      return {
        nextCursor: end < entries.length ? String(end) : undefined,
        folders: shown.filter((entry) => typeof entry === 'string'),
      };
    },
  };
}

function entriesOf(
  versions: readonly ListedVersion[],
  { prefix, isFolderOnly }: PageRequest,
): (ListedVersion | string)[] {
  const below = versions.filter(({ key }) => key.startsWith(prefix));
  if (!isFolderOnly) return below;
  const entries = below.map((version) => {
    const slash = version.key.indexOf('/', prefix.length);
    return slash === -1 ? version : version.key.slice(0, slash + 1);
  });
  return entries.filter((entry, index) => typeof entry !== 'string' || entries[index - 1] !== entry);
}
