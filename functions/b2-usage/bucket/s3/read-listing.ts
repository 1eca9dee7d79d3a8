/** ListObjectsV2 and ListObjectVersions answers, read as they arrive: one entry at a time is in memory, never the page. */
import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import type { PageReader } from '../port.ts';

export interface ListingEnd {
  readonly isTruncated: boolean;
  /** `NextContinuationToken`, `NextKeyMarker`, `NextVersionIdMarker`. */
  readonly next: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  /** Undefined: none was listed. */
  readonly lastKey: string | undefined;
}

const emptyEntry = { Key: '', Prefix: '', Size: '', IsLatest: '', LastModified: '' };

const entryKinds: Readonly<Record<string, 'object' | 'marker'>> = {
  Contents: 'object',
  Version: 'object',
  DeleteMarker: 'marker',
};

/** The answer ended, and was no such listing or not a whole one. */
export class NotAListing extends Error {
  override readonly name = 'NotAListing';
}

/**
 * A text lives as long as the parser is at it, and what lives for two collections of V8's young generation is moved to the old one:
 * texts as long as the network's chunks would fill that within seconds.
 */
const pieceBytes = 4096;

/** Throws NotAListing, and what the stream throws. */
export async function readListing(body: AsyncIterable<Uint8Array>, read: PageReader): Promise<ListingEnd> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const path: string[] = [];
  const page: Record<string, string> = {};
  const folders: string[] = [];
  const entry = { ...emptyEntry };
  let text = '';
  let lastKey: string | undefined;

  // A key may hold characters that XML does not allow, and stores write them all the same. What matters is checked at the end.
  parser.on('error', () => undefined);
  parser.on('opentag', ({ name }) => {
    path.push(name);
    text = '';
    if (path.length === 2) Object.assign(entry, emptyEntry);
  });
  parser.on('text', (chunk) => {
    text += chunk;
  });
  parser.on('closetag', ({ name }) => {
    path.pop();
    if (path.length === 1) {
      const kind = entryKinds[name];
      if (name === 'CommonPrefixes') folders.push(entry.Prefix);
      else if (kind === undefined) {
        page[name] = text;
      } else {
        lastKey = entry.Key;
        read({
          key: lastKey,
          sizeBytes: Number(entry.Size),
          kind,
          // ListObjectsV2 lists what is current and nothing else.
          isLatest: name === 'Contents' || entry.IsLatest === 'true',
          atMs: Date.parse(entry.LastModified) || 0,
        });
      }
    } else if (path.length === 2 && name in entry) entry[name as keyof typeof entry] = text;
    text = '';
  });

  const decoder = new StringDecoder('utf8');
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += pieceBytes)
      parser.write(decoder.write(chunk.subarray(at, at + pieceBytes)));
  }
  parser.write(decoder.end());
  if (path.length > 0 || page['IsTruncated'] === undefined) throw new NotAListing();
  return {
    isTruncated: page['IsTruncated'] === 'true',
    next: {
      ...ifThere('token', page['NextContinuationToken']),
      ...ifThere('key', page['NextKeyMarker']),
      ...ifThere('version', page['NextVersionIdMarker']),
    },
    folders,
    lastKey,
  };
}

function ifThere(name: string, value: string | undefined) {
  return value === undefined || value === '' ? {} : { [name]: value };
}
