/** The content of a bucket as B2 keeps it: every version of every name, and the order of a listing. Pure. */

export interface StoredVersion {
  readonly name: string;
  readonly id: string;
  /** upload: content. hide: a marker that hides what is older. start: a large file that is not finished. */
  readonly action: 'upload' | 'hide' | 'start';
  readonly sizeBytes: number;
  readonly uploadedAtMs: number;
  /** Sizes of the uploaded parts of a `start`. */
  readonly parts?: readonly number[];
}

export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Inclusive. */
  readonly startName: string | undefined;
  readonly startId: string | undefined;
  readonly limit: number;
}

export interface ListedPage {
  /** A text stands for a folder. */
  readonly entries: readonly (StoredVersion | string)[];
  readonly next: { readonly name: string; readonly id: string | undefined } | undefined;
}

/** Orders by the bytes of the name, then newest first. */
export function inListingOrder(a: StoredVersion, b: StoredVersion): number {
  if (a.name !== b.name) return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
  return b.uploadedAtMs - a.uploadedAtMs || (a.id < b.id ? -1 : 1);
}

/** `versions` in listing order. */
export function listPage(versions: readonly StoredVersion[], query: ListQuery): ListedPage {
  const { prefix, delimiter, startName, startId, limit } = query;
  const entries: (StoredVersion | string)[] = [];
  let folder: string | undefined;
  let isBefore = startName !== undefined;
  for (const version of versions) {
    if (!version.name.startsWith(prefix)) continue;
    if (isBefore) isBefore = isEarlier(version, startName ?? '', startId);
    if (isBefore) continue;
    const cut = delimiter === undefined ? -1 : version.name.indexOf(delimiter, prefix.length);
    const entry = cut === -1 ? version : version.name.slice(0, cut + 1);
    if (typeof entry === 'string' && entry === folder) continue;
    if (entries.length === limit) {
      const name = typeof entry === 'string' ? entry : entry.name;
      return { entries, next: { name, id: typeof entry === 'string' ? undefined : entry.id } };
    }
    folder = typeof entry === 'string' ? entry : undefined;
    entries.push(entry);
  }
  return { entries, next: undefined };
}

/** When the version of the cursor is gone, the listing continues with the next version of the same name. */
function isEarlier(version: StoredVersion, startName: string, startId: string | undefined): boolean {
  const order = Buffer.compare(Buffer.from(version.name), Buffer.from(startName));
  if (order !== 0) return order < 0;
  return startId !== undefined && startId !== '' && version.id !== startId && Number(version.id) > Number(startId);
}
