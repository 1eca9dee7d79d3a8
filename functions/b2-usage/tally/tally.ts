/** Sums of a listing: current and hidden bytes, how long they have been hidden, and their owners. Small, whatever the listing's length. */
import * as z from 'zod';
import type { Owned } from './classify-key.ts';

const count = z.number().min(0);

const ownerTally = z.object({
  bytes: count,
  objects: count,
  hiddenBytes: count,
  hiddenObjects: count,
  /** Current objects by what they are to the owner: `blocks`, `backups`, `data`, `index`, … */
  parts: z.record(z.string(), z.object({ bytes: count, objects: count })),
});
export type OwnerTally = z.infer<typeof ownerTally>;

/** Upper bounds in days of how long a version has been hidden; the last class is open. */
export const hiddenAgeDays = [1, 7, 30, 90] as const;

export const tallyShape = z.object({
  bytes: count,
  objects: count,
  hiddenBytes: count,
  hiddenObjects: count,
  markers: count,
  /** Bytes by age class: one more than `hiddenAgeDays`. */
  hiddenByAge: z.array(count).length(hiddenAgeDays.length + 1),
  owners: z.record(z.string(), ownerTally),
});
export type Tally = z.infer<typeof tallyShape>;

/** More owners than this share one entry, so that the record of a bucket of any shape stays small. */
export const maxOwners = 2000;
export const restOwner = 'rest|';

export function emptyTally(): Tally {
  return {
    bytes: 0,
    objects: 0,
    hiddenBytes: 0,
    hiddenObjects: 0,
    markers: 0,
    hiddenByAge: Array.from({ length: hiddenAgeDays.length + 1 }, () => 0),
    owners: {},
  };
}

const dayMs = 86_400_000;

function emptyOwner(): OwnerTally {
  return { bytes: 0, objects: 0, hiddenBytes: 0, hiddenObjects: 0, parts: {} };
}

/** Each file named `config` may begin its own part; beyond this number such files are objects like any other. */
const maxParts = 64;

function partIn(of: OwnerTally, part: string): OwnerTally['parts'][string] {
  const known = Object.hasOwn(of.parts, part) ? of.parts[part] : undefined;
  if (known !== undefined) return known;
  const isFull = part !== 'objects' && Object.keys(of.parts).length >= maxParts;
  return isFull ? partIn(of, 'objects') : (of.parts[part] = { bytes: 0, objects: 0 });
}

function ownerIn(tally: Tally, owner: string, limit = Infinity): OwnerTally {
  const known = tally.owners[owner];
  if (known !== undefined) return known;
  if (limit !== Infinity && Object.keys(tally.owners).length >= limit)
    return (tally.owners[restOwner] ??= emptyOwner());
  return (tally.owners[owner] = emptyOwner());
}

/** Changes the sums in place: a page has a thousand entries. `hiddenForMs` undefined: the version is current. */
export function countVersion(
  tally: Tally,
  { owner, part }: Owned,
  sizeBytes: number,
  hiddenForMs: number | undefined,
): void {
  const of = ownerIn(tally, owner);
  if (hiddenForMs === undefined) {
    tally.bytes += sizeBytes;
    tally.objects += 1;
    of.bytes += sizeBytes;
    of.objects += 1;
    const sum = partIn(of, part);
    sum.bytes += sizeBytes;
    sum.objects += 1;
    return;
  }
  tally.hiddenBytes += sizeBytes;
  tally.hiddenObjects += 1;
  of.hiddenBytes += sizeBytes;
  of.hiddenObjects += 1;
  const days = hiddenForMs / dayMs;
  const found = hiddenAgeDays.findIndex((bound) => days < bound);
  const age = found === -1 ? hiddenAgeDays.length : found;
  tally.hiddenByAge[age] = (tally.hiddenByAge[age] ?? 0) + sizeBytes;
}

/** Adds the sums of a page that was read to its end to the sums of its bucket, in place. */
export function addTally(into: Tally, page: Tally): void {
  into.bytes += page.bytes;
  into.objects += page.objects;
  into.hiddenBytes += page.hiddenBytes;
  into.hiddenObjects += page.hiddenObjects;
  into.markers += page.markers;
  page.hiddenByAge.forEach((bytes, age) => (into.hiddenByAge[age] = (into.hiddenByAge[age] ?? 0) + bytes));
  for (const [owner, more] of Object.entries(page.owners)) addOwner(ownerIn(into, owner, maxOwners), more);
}

export function addOwner(of: OwnerTally, more: OwnerTally): void {
  of.bytes += more.bytes;
  of.objects += more.objects;
  of.hiddenBytes += more.hiddenBytes;
  of.hiddenObjects += more.hiddenObjects;
  for (const [part, { bytes, objects }] of Object.entries(more.parts)) {
    const sum = partIn(of, part);
    sum.bytes += bytes;
    sum.objects += objects;
  }
}
