import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketRefused } from '../bucket/bucket-errors.ts';
import type { ListedVersion } from '../bucket/port.ts';
import { createFakeSource, type FakeSourceOptions, marker, object } from '../testing/fake-source.ts';
import { listTasks } from './list-tasks.ts';
import { newBucket } from '../tally/measured-bucket.ts';
import { newProgress, type Progress } from '../record/progress.ts';

const startedAt = new Date('2026-03-01T00:00:00Z');

function begin(): Progress {
  return {
    ...newProgress('m-1', startedAt, 'test'),
    buckets: [newBucket('b', '', {})],
    tasks: [{ bucket: 'b', prefix: '', depth: 0 }],
  };
}

async function listAll(
  options: Omit<FakeSourceOptions, 'buckets'> & { versions: readonly ListedVersion[] },
  parallel = 3,
) {
  const source = createFakeSource({ ...options, buckets: [{ name: 'b', versions: options.versions }] });
  const progress = begin();
  await listTasks({
    source,
    progress,
    parallel,
    isTimeUp: () => false,
    onPage: () => undefined,
    signal: new AbortController().signal,
  });
  return { progress, source, tally: tallyOf(progress) };
}

function tallyOf({ buckets }: Progress) {
  const tally = buckets?.[0]?.tally;
  if (tally === undefined) throw new Error('the bucket is gone');
  return tally;
}

const segment = fc.constantFrom('a', 'b', 'backupstore', 'volumes', 'data', 'c d', 'é', '');
const history = fc.array(fc.record({ isMarker: fc.boolean(), size: fc.nat(1000) }), { minLength: 1, maxLength: 4 });
/** Names with their versions, as a store lists them. */
const listing = fc
  .dictionary(
    fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    history,
    { maxKeys: 40 },
  )
  .map((names) =>
    Object.entries(names)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, versions]) =>
        versions.map(({ isMarker, size }, age) => {
          const atMs = startedAt.getTime() - age * 60_000;
          return isMarker ? marker(key, atMs) : object(key, size, atMs);
        }),
      ),
  );

/** The expected sums, counted in the simplest way. */
function expectedOf(versions: readonly ListedVersion[]) {
  const sums = { bytes: 0, objects: 0, hiddenBytes: 0, hiddenObjects: 0, markers: 0 };
  const seen = new Set<string>();
  for (const { key, kind, sizeBytes } of versions) {
    const isLatest = !seen.has(key);
    seen.add(key);
    if (kind === 'marker') sums.markers += 1;
    else if (isLatest) Object.assign(sums, { bytes: sums.bytes + sizeBytes, objects: sums.objects + 1 });
    else Object.assign(sums, { hiddenBytes: sums.hiddenBytes + sizeBytes, hiddenObjects: sums.hiddenObjects + 1 });
  }
  return sums;
}

describe('a listing', () => {
  it('has the same sums whatever its pages and folders are, and whatever pages come twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        listing,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (versions, pageSize, parallel) => {
          const { tally } = await listAll({ versions, pageSize, isBroken: (page) => page % 2 === 0 }, parallel);
          expect(tally).toMatchObject(expectedOf(versions));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has the same sums when every process dies after a few pages and the next continues from the stored progress', async () => {
    await fc.assert(
      fc.asyncProperty(
        listing,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (versions, pageSize, patience) => {
          let stored = JSON.stringify(begin());
          for (let processes = 0; processes < 500; processes += 1) {
            const progress = JSON.parse(stored) as Progress;
            if (progress.tasks.length === 0) break;
            const source = createFakeSource({ pageSize, buckets: [{ name: 'b', versions }] });
            let pages = 0;
            await listTasks({
              source,
              progress,
              parallel: 2,
              isTimeUp: () => pages >= patience,
              onPage: () => {
                pages += 1;
                // The counts after this are lost with the process.
                if (pages <= patience) stored = JSON.stringify(progress);
              },
              signal: new AbortController().signal,
            });
          }
          const end = JSON.parse(stored) as Progress;
          expect(end.tasks).toEqual([]);
          expect(tallyOf(end)).toMatchObject(expectedOf(versions));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('of one page is requested once', async () => {
    const { source } = await listAll({ versions: [object('a/1', 1), object('b/2', 2)], pageSize: 10 });
    expect(source.requests).toHaveLength(1);
  });

  it('that is long continues by folder, in parallel', async () => {
    const versions = ['a', 'b', 'c'].flatMap((folder) => [1, 2, 3, 4].map((n) => object(`${folder}/${n}`, n)));
    const { source, tally } = await listAll({ versions, pageSize: 5 });
    expect(new Set(source.requests.map(({ prefix }) => prefix))).toEqual(new Set(['', 'a/', 'b/', 'c/']));
    expect(tally.bytes).toBe(30);
  });

  it('reports since when a version is hidden: since the next newer version came', async () => {
    const day = 86_400_000;
    const now = startedAt.getTime();
    const versions = [
      object('a', 1, now - 2 * day),
      object('a', 10, now - 400 * day),
      object('a', 100, now - 500 * day),
    ];
    const { tally } = await listAll({ versions, pageSize: 2 });
    // Hidden for 2 and for 400 days.
    expect(tally.hiddenByAge).toEqual([0, 10, 0, 0, 100]);
  });

  it('continues without a prefix that the key may not list, and names the prefix', async () => {
    const versions = ['a', 'b', 'c'].flatMap((folder) => [1, 2, 3].map((n) => object(`${folder}/${n}`, n)));
    const { progress, tally } = await listAll({
      versions,
      pageSize: 4,
      trouble: ({ prefix }) => {
        if (prefix === 'b/') throw bucketRefused('forbidden', 'bucket b could not be listed');
      },
    });
    expect(progress.buckets?.[0]?.unreadable).toEqual(['b/']);
    expect(tally.bytes).toBe(12);
  });

  it('that is refused as a whole is a refusal', async () => {
    const refuse = () => {
      throw bucketRefused('forbidden', 'bucket b could not be listed');
    };
    await expect(listAll({ versions: [object('a', 1)], pageSize: 4, trouble: refuse })).rejects.toThrow(
      'bucket b could not be listed',
    );
  });
});
