/**
 * A bucket that exists in its listing pages only, in Longhorn's layout: 256 volumes, each with its share of the blocks, and an older
 * version of every tenth. The same seed gives the same bucket; where a page begins is computed, never searched. Pure.
 */
import { createHash } from 'node:crypto';

export interface PagesOptions {
  readonly seed: string;
  /** The number of versions, hidden versions too. */
  readonly versionCount: number;
  /** The largest size of an object; default: 2.1 MB, as Longhorn's blocks. */
  readonly maxObjectBytes?: number;
}

export interface PageEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** True: an older version. */
  readonly isOlder: boolean;
}

export interface PageQuery {
  readonly prefix: string;
  readonly hasDelimiter: boolean;
  readonly withVersions: boolean;
  /** Begins after all versions of this key, or after one of its versions; undefined: from the start. */
  readonly afterKey: string | undefined;
  readonly afterVersion: string | undefined;
  readonly limit: number;
}

export interface BucketPages {
  /** The body of ListObjectVersions or ListObjectsV2. With a delimiter: of a prefix above the volumes. */
  page(query: PageQuery): string;
  /** Everything, in listing order. */
  entries(): Generator<PageEntry>;
  readonly totals: {
    readonly bytes: number;
    readonly objects: number;
    readonly allBytes: number;
    readonly allVersions: number;
  };
}

const volumeCount = 256;
const root = 'backupstore/volumes/';
const latest = '2';
const older = '1';
const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

export function createBucketPages({ seed, versionCount, maxObjectBytes = 2_100_000 }: PagesOptions): BucketPages {
  // Of eleven versions in a row, the eleventh is the older one of the tenth key.
  const keyCount = Math.ceil((versionCount * 10) / 11);
  const olderCount = versionCount - keyCount;
  const keysPerVolume = Math.ceil(keyCount / volumeCount);
  const noise = createHash('sha256').update(seed).digest('hex');
  const salt = Number.parseInt(noise.slice(0, 8), 16);
  const minObjectBytes = Math.floor(maxObjectBytes / 21);

  const volumeOf = (key: number): number => Math.floor(key / keysPerVolume);
  const sizeOf = (key: number): number =>
    minObjectBytes + (((Math.imul(key + 1, 2_654_435_761) ^ salt) >>> 0) % (maxObjectBytes - minObjectBytes));
  const folderOf = (volume: number): string => `${root}${hex(volume, 2)}/`;
  function nameOf(key: number): string {
    const volume = volumeOf(key);
    const at = key % keysPerVolume;
    const place = Math.floor((at * 65_536) / keysPerVolume);
    const [aa, bb] = [hex(place >> 8, 2), hex(place & 255, 2)];
    return `${folderOf(volume)}${noise.slice(0, 2)}/pvc-${hex(volume, 4)}/blocks/${aa}/${bb}/${aa}${bb}${hex(key, 12)}${noise.slice(0, 48)}.blk`;
  }
  /** The number is in the name. */
  const keyIn = (name: string): number => Number.parseInt(name.slice(-64, -52), 16);

  /** Versions in listing order: where the versions of a key begin, and the key of a version. */
  const firstVersionOf = (key: number): number => key + Math.min(Math.floor(key / 10), olderCount);
  function versionAt(index: number): { readonly key: number; readonly isOlder: boolean } {
    const block = Math.floor(index / 11);
    if (block >= olderCount) return { key: index - olderCount, isOlder: false };
    return { key: block * 10 + Math.min(index % 11, 9), isOlder: index % 11 === 10 };
  }

  function rangeOf(prefix: string): readonly [number, number] {
    if (!prefix.startsWith(root) || prefix === root)
      return root.startsWith(prefix) || prefix === root ? [0, keyCount] : [0, 0];
    const volume = Number.parseInt(prefix.slice(root.length, root.length + 2), 16);
    return [Math.min(keyCount, volume * keysPerVolume), Math.min(keyCount, (volume + 1) * keysPerVolume)];
  }

  function folders(prefix: string): string {
    const below = prefix.length < root.length ? [root.slice(0, root.indexOf('/', prefix.length) + 1)] : [];
    const volumes = Math.min(volumeCount, Math.ceil(keyCount / keysPerVolume));
    const names = prefix === root ? Array.from({ length: volumes }, (_, volume) => folderOf(volume)) : below;
    return names.map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`).join('');
  }

  const contentOf = (key: number): string =>
    `<ETag>&#34;${noise.slice(0, 32)}&#34;</ETag><Size>${sizeOf(key)}</Size><StorageClass>STANDARD</StorageClass>`;
  const [now, before] = ['2026-01-31T01:30:01.000Z', '2025-12-31T01:30:01.000Z'].map(
    (at) => `<LastModified>${at}</LastModified>`,
  );

  function versionsPage([fromKey, toKey]: readonly [number, number], { afterKey, afterVersion, limit }: PageQuery) {
    const skipped = afterKey === undefined ? 0 : keyIn(afterKey) + (afterVersion === latest ? 0 : 1);
    const first = firstVersionOf(afterKey === undefined ? fromKey : skipped) + (afterVersion === latest ? 1 : 0);
    const last = Math.min(firstVersionOf(toKey), first + limit);
    const parts: string[] = [];
    for (let index = first; index < last; index += 1) {
      const { key, isOlder } = versionAt(index);
      const head = `<Version><Key>${nameOf(key)}</Key><VersionId>${isOlder ? older : latest}</VersionId>`;
      parts.push(`${head}<IsLatest>${!isOlder}</IsLatest>${isOlder ? before : now}${contentOf(key)}</Version>`);
    }
    if (last >= firstVersionOf(toKey)) return { text: parts.join(''), marker: undefined };
    const { key, isOlder } = versionAt(last - 1);
    const marker = `<NextKeyMarker>${nameOf(key)}</NextKeyMarker><NextVersionIdMarker>${isOlder ? older : latest}</NextVersionIdMarker>`;
    return { text: parts.join(''), marker };
  }

  function objectsPage([fromKey, toKey]: readonly [number, number], { afterKey, limit }: PageQuery) {
    const first = afterKey === undefined ? fromKey : keyIn(afterKey) + 1;
    const last = Math.min(toKey, first + limit);
    const parts: string[] = [];
    for (let key = first; key < last; key += 1)
      parts.push(`<Contents><Key>${nameOf(key)}</Key>${now}${contentOf(key)}</Contents>`);
    const marker = last >= toKey ? undefined : `<NextContinuationToken>${nameOf(last - 1)}</NextContinuationToken>`;
    return { text: parts.join(''), marker };
  }

  function* entries(): Generator<PageEntry> {
    for (let index = 0; index < versionCount; index += 1) {
      const { key, isOlder } = versionAt(index);
      yield { key: nameOf(key), sizeBytes: sizeOf(key), isOlder };
    }
  }

  return {
    entries,
    page(query) {
      const { prefix, hasDelimiter, withVersions } = query;
      const name = withVersions ? 'ListVersionsResult' : 'ListBucketResult';
      const head = `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench</Name><Prefix>${prefix}</Prefix><MaxKeys>1000</MaxKeys>`;
      if (hasDelimiter) return `${head}<IsTruncated>false</IsTruncated>${folders(prefix)}</${name}>`;
      const { text, marker } = (withVersions ? versionsPage : objectsPage)(rangeOf(prefix), query);
      return `${head}<IsTruncated>${marker !== undefined}</IsTruncated>${marker ?? ''}${text}</${name}>`;
    },
    get totals() {
      const sums = { bytes: 0, objects: keyCount, allBytes: 0, allVersions: versionCount };
      for (let index = 0; index < versionCount; index += 1) {
        const { key, isOlder } = versionAt(index);
        sums.allBytes += sizeOf(key);
        if (!isOlder) sums.bytes += sizeOf(key);
      }
      return sums;
    },
  };
}
