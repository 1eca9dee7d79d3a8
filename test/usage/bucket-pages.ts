/**
 * A bucket that exists in its listing pages only, in Longhorn's layout: 256 volumes, each with its share of the blocks, and an older
 * version of every tenth. The same seed gives the same bucket; where a page begins is computed, never searched. Pure.
 */
import { createHash } from 'node:crypto';

export interface PagesOptions {
  readonly seed: string;
  /** Of versions, hidden ones too. */
  readonly versionCount: number;
}

export interface PageQuery {
  readonly prefix: string;
  readonly hasDelimiter: boolean;
  readonly withVersions: boolean;
  /** After this key; undefined: from the start. */
  readonly afterKey: string | undefined;
  readonly limit: number;
}

export interface BucketPages {
  /** The body of ListObjectVersions or ListObjectsV2. */
  page(query: PageQuery): string;
  readonly totals: {
    readonly bytes: number;
    readonly objects: number;
    readonly allBytes: number;
    readonly allVersions: number;
  };
}

const volumeCount = 256;
const root = 'backupstore/volumes/';
const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

export function createBucketPages({ seed, versionCount }: PagesOptions): BucketPages {
  // Of eleven versions in a row, the eleventh is the older one of the tenth key.
  const keyCount = Math.ceil((versionCount * 10) / 11);
  const keysPerVolume = Math.ceil(keyCount / volumeCount);
  const noise = createHash('sha256').update(seed).digest('hex');
  const salt = Number.parseInt(noise.slice(0, 8), 16);

  const volumeOf = (key: number): number => Math.floor(key / keysPerVolume);
  const hasOlder = (key: number): boolean => key % 10 === 9 && Math.floor(key / 10) < versionCount - keyCount;
  const sizeOf = (key: number): number => 100_000 + (((Math.imul(key + 1, 2_654_435_761) ^ salt) >>> 0) % 2_000_000);
  const folderOf = (volume: number): string => `${root}${hex(volume, 2)}/`;
  function nameOf(key: number): string {
    const volume = volumeOf(key);
    const at = key % keysPerVolume;
    const place = Math.floor((at * 65_536) / keysPerVolume);
    const [aa, bb] = [hex(place >> 8, 2), hex(place & 255, 2)];
    return `${folderOf(volume)}${noise.slice(0, 2)}/pvc-${hex(volume, 4)}/blocks/${aa}/${bb}/${aa}${bb}${hex(key, 12)}${noise.slice(0, 48)}.blk`;
  }
  /** The number is in the name. */
  const keyAfter = (name: string): number => Number.parseInt(name.slice(-64, -52), 16) + 1;

  function rangeOf(prefix: string): readonly [number, number] {
    if (!prefix.startsWith(root) || prefix === root) return root.startsWith(prefix) ? [0, keyCount] : [0, 0];
    const volume = Number.parseInt(prefix.slice(root.length, root.length + 2), 16);
    return [volume * keysPerVolume, Math.min(keyCount, (volume + 1) * keysPerVolume)];
  }

  function folders(prefix: string): string {
    const below = prefix.length < root.length ? [root.slice(0, root.indexOf('/', prefix.length) + 1)] : [];
    const names = prefix === root ? Array.from({ length: volumeCount }, (_, volume) => folderOf(volume)) : below;
    return names.map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`).join('');
  }

  function entries(from: number, to: number, { withVersions, limit }: PageQuery) {
    const parts: string[] = [];
    let key = from;
    for (let count = 0; key < to && count < limit; key += 1) {
      const name = nameOf(key);
      const rest = `<ETag>&#34;${noise.slice(0, 32)}&#34;</ETag><Size>${sizeOf(key)}</Size><StorageClass>STANDARD</StorageClass>`;
      const at = '<LastModified>2026-01-31T01:30:01.000Z</LastModified>';
      if (!withVersions) parts.push(`<Contents><Key>${name}</Key>${at}${rest}</Contents>`);
      else {
        parts.push(
          `<Version><Key>${name}</Key><VersionId>2</VersionId><IsLatest>true</IsLatest>${at}${rest}</Version>`,
        );
        if (hasOlder(key))
          parts.push(
            `<Version><Key>${name}</Key><VersionId>1</VersionId><IsLatest>false</IsLatest><LastModified>2025-12-31T01:30:01.000Z</LastModified>${rest}</Version>`,
          );
      }
      count = parts.length;
    }
    return { text: parts.join(''), next: key };
  }

  return {
    page(query) {
      const { prefix, hasDelimiter, withVersions, afterKey } = query;
      const name = withVersions ? 'ListVersionsResult' : 'ListBucketResult';
      const head = `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix>${prefix}</Prefix><MaxKeys>1000</MaxKeys>`;
      if (hasDelimiter) return `${head}<IsTruncated>false</IsTruncated>${folders(prefix)}</${name}>`;
      const [from, to] = rangeOf(prefix);
      const { text, next } = entries(afterKey === undefined ? from : keyAfter(afterKey), to, query);
      const isTruncated = next < to;
      const last = isTruncated ? nameOf(next - 1) : '';
      const marker = withVersions
        ? `<NextKeyMarker>${last}</NextKeyMarker><NextVersionIdMarker>${hasOlder(next - 1) ? 1 : 2}</NextVersionIdMarker>`
        : `<NextContinuationToken>${last}</NextContinuationToken>`;
      return `${head}<IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? marker : ''}${text}</${name}>`;
    },
    get totals() {
      const sums = { bytes: 0, objects: keyCount, allBytes: 0, allVersions: keyCount };
      for (let key = 0; key < keyCount; key += 1) {
        sums.bytes += sizeOf(key);
        sums.allBytes += sizeOf(key) * (hasOlder(key) ? 2 : 1);
        if (hasOlder(key)) sums.allVersions += 1;
      }
      return sums;
    },
  };
}
