import { describe, expect, it } from 'vitest';
import type { ListedVersion } from '../port.ts';
import { readListing } from './read-listing.ts';

const versions = `<?xml version="1.0" encoding="UTF-8"?>
<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix/><IsTruncated>true</IsTruncated>
<NextKeyMarker>a&amp;b/ü</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker>
<Version><Key>a&amp;b/ü</Key><VersionId>v3</VersionId><IsLatest>false</IsLatest><LastModified>2026-01-31T01:30:01.000Z</LastModified>
<ETag>"x"</ETag><Size>9007199254740</Size><Owner><ID>o</ID><Size>7</Size></Owner><StorageClass>STANDARD</StorageClass></Version>
<DeleteMarker><Key>gone</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-01-31T01:30:02.000Z</LastModified></DeleteMarker>
<CommonPrefixes><Prefix>f/</Prefix></CommonPrefixes></ListVersionsResult>`;

async function read(text: string, chunkSize: number) {
  const found: ListedVersion[] = [];
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  return { end: await readListing(chunks(), (one) => found.push(one)), found };
}

describe('a listing in XML', () => {
  it.each([1, 2, 7, 100, 100_000])('reads the same in chunks of %i bytes', async (chunkSize) => {
    const { end, found } = await read(versions, chunkSize);
    expect(found).toEqual([
      { key: 'a&b/ü', sizeBytes: 9_007_199_254_740, kind: 'object', isLatest: false, atMs: 1_769_823_001_000 },
      { key: 'gone', sizeBytes: 0, kind: 'marker', isLatest: true, atMs: 1_769_823_002_000 },
    ]);
    expect(end).toEqual({
      isTruncated: true,
      next: { key: 'a&b/ü', version: 'v2' },
      folders: ['f/'],
      lastKey: 'gone',
    });
  });

  it('may hold a key that XML does not allow', async () => {
    const text =
      '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a&#1;b</Key><Size>5</Size></Contents></ListBucketResult>';
    const { found } = await read(text, 1000);
    expect(found).toMatchObject([{ sizeBytes: 5, isLatest: true }]);
  });

  it.each([
    ['a listing that breaks off', versions.slice(0, 700)],
    ['a page of a proxy', '<html><body>sign in</body></html>'],
    ['nothing', ''],
  ])('%s is none', async (_title, text) => {
    await expect(read(text, 64)).rejects.toThrow();
  });
});
