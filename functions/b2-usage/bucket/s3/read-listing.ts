/** ListObjectsV2 and ListObjectVersions answers, read as they arrive: one entry at a time is in memory, never the page. */
import type { PageReader } from '../port.ts';
import { isText, NotXml, scanXml, textOf } from './scan-xml.ts';

export interface ListingEnd {
  readonly isTruncated: boolean;
  /** `NextContinuationToken`, `NextKeyMarker`, `NextVersionIdMarker`. */
  readonly next: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  /** Undefined: no entry was listed. */
  readonly lastKey: string | undefined;
}

/** The answer is not such a listing, or is incomplete. */
export class NotAListing extends Error {
  override readonly name = 'NotAListing';
}

const elements = ['Contents', 'Version', 'DeleteMarker', 'CommonPrefixes'] as const;
const members = ['Key', 'Size', 'IsLatest', 'LastModified', 'Prefix'] as const;
const pageMembers = ['IsTruncated', 'NextContinuationToken', 'NextKeyMarker', 'NextVersionIdMarker'] as const;
type Element = (typeof elements)[number];
type PageMember = (typeof pageMembers)[number];

function oneOf<T extends string>(names: readonly T[], bytes: Buffer, start: number, end: number): T | undefined {
  for (const name of names) if (isText(bytes, start, end, name)) return name;
  return undefined;
}

/** Throws NotAListing, and the errors of the stream. */
export async function readListing(body: AsyncIterable<Uint8Array>, read: PageReader): Promise<ListingEnd> {
  const page: Partial<Record<PageMember, string>> = {};
  const folders: string[] = [];
  let lastKey: string | undefined;
  let depth = 0;
  let isClosed = false;
  let element: Element | undefined;
  let member: (typeof members)[number] | undefined;
  let pageMember: PageMember | undefined;
  let [key, prefix, sizeBytes, isLatest, atMs] = ['', '', 0, false, 0];

  function setMember(bytes: Buffer, start: number, end: number): void {
    switch (member) {
      case 'Key':
        key = textOf(bytes, start, end);
        break;
      case 'Prefix':
        prefix = textOf(bytes, start, end);
        break;
      case 'Size':
        sizeBytes = wholeNumberOf(bytes, start, end);
        break;
      case 'IsLatest':
        isLatest = isText(bytes, start, end, 'true');
        break;
      case 'LastModified':
        atMs = Date.parse(bytes.toString('latin1', start, end)) || 0;
        break;
      case undefined:
        break;
    }
  }

  function endElement(bytes: Buffer, start: number, end: number): void {
    if (pageMember !== undefined) page[pageMember] = textOf(bytes, start, end);
    else if (element === 'CommonPrefixes') folders.push(prefix);
    else if (element !== undefined) {
      lastKey = key;
      // ListObjectsV2 lists current objects only.
      const isCurrent = element === 'Contents' || isLatest;
      read({ key, sizeBytes, kind: element === 'DeleteMarker' ? 'marker' : 'object', isLatest: isCurrent, atMs });
    }
  }

  const events = {
    open(bytes: Buffer, start: number, end: number): void {
      depth += 1;
      if (depth === 2) {
        element = oneOf(elements, bytes, start, end);
        pageMember = element === undefined ? oneOf(pageMembers, bytes, start, end) : undefined;
        [key, prefix, sizeBytes, isLatest, atMs] = ['', '', 0, false, 0];
      } else if (depth === 3) member = element === undefined ? undefined : oneOf(members, bytes, start, end);
    },
    close(bytes: Buffer, start: number, end: number): void {
      if (depth === 3) setMember(bytes, start, end);
      else if (depth === 2) endElement(bytes, start, end);
      depth -= 1;
      isClosed ||= depth === 0;
    },
  };
  try {
    await scanXml(body, events);
  } catch (error) {
    if (error instanceof NotXml) throw new NotAListing('not of the form of a listing', { cause: error });
    throw error;
  }
  const { IsTruncated, NextContinuationToken, NextKeyMarker, NextVersionIdMarker } = page;
  if (!isClosed || depth !== 0 || IsTruncated === undefined) throw new NotAListing();
  return {
    isTruncated: IsTruncated === 'true',
    next: {
      ...ifThere('token', NextContinuationToken),
      ...ifThere('key', NextKeyMarker),
      ...ifThere('version', NextVersionIdMarker),
    },
    folders,
    lastKey,
  };
}

const zero = 0x30;

/** Throws NotAListing: a size that cannot be read must not count as zero. */
function wholeNumberOf(bytes: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) throw new NotAListing('a size is no number');
    sum = sum * 10 + digit;
  }
  return sum;
}

function ifThere(name: string, value: string | undefined) {
  return value === undefined || value === '' ? {} : { [name]: value };
}
