/**
 * The coverage of one namespace as one text of a ConfigMap, and back. Pure. Claims with the same record stand together, so that a claim costs
 * little more than its name. Invariants:
 *  1. The same records give the same text, byte for byte: what has not changed is not written.
 *  2. The text has at most `maxCoverageBytes`; first the details and the instants of proofs go, then the names of claims that are accounted for, then other names. How many
 *     claims there are is always known.
 */
import * as z from 'zod';
import { coverageMembers, type CoverageRecord, isAccounted, type NamespaceCoverage } from './coverage-record.ts';
import { type CoverageCode, coverageCodes } from './reasons.ts';

/** A ConfigMap may have 1 MiB; half of it leaves room for its metadata and its history. */
export const maxCoverageBytes = 512 * 1024 - 4096;

/** An instant that was damaged by hand must not reach the next decision. */
const instant = z.iso.datetime().optional().catch(undefined);

const group = z.looseObject({
  code: z.string(),
  policy: z.string().optional(),
  detail: z.string().optional(),
  dueAt: instant,
  nextDueAt: instant,
  rpoSeconds: z.number().optional(),
  missedSince: instant,
  proveBy: instant,
  protectedBy: z.string().optional(),
  /**
   * Names, separated by blanks; where there is a restorable point, the second of its data follows as `@` and digits of base 36, so that each claim may
   * have its own and yet share its record.
   */
  claims: z.string(),
  /** Claims whose names did not fit. */
  unnamed: z.int().optional(),
});
const storedCoverage = z.looseObject({ version: z.literal(1), groups: z.array(group) });
type Group = z.infer<typeof group>;

const maxDetail = 200;

function keyOf(record: CoverageRecord): string {
  const stored = { ...record, detail: record.detail?.slice(0, maxDetail) };
  return JSON.stringify(Object.fromEntries(coverageMembers.map((member) => [member, stored[member]])));
}

interface Gathered {
  readonly record: CoverageRecord;
  readonly names: string[];
}

function gather(records: NamespaceCoverage, reduce: (record: CoverageRecord) => CoverageRecord): [string, Gathered][] {
  const keys = new Map<CoverageRecord, Gathered>();
  const groups = new Map<string, Gathered>();
  for (const [name, record] of records) {
    // Many claims share one record object: its key is made once.
    let found = keys.get(record);
    if (found === undefined) {
      const reduced = reduce(record);
      const key = keyOf(reduced);
      found = groups.get(key) ?? { record: reduced, names: [] };
      groups.set(key, found);
      keys.set(record, found);
    }
    found.names.push(name);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** By the name of a claim. */
export type NewestAt = (name: string) => Date | undefined;

function write(
  groups: readonly [string, Gathered][],
  newestAt: NewestAt,
  isNamed: (record: CoverageRecord) => boolean,
): string {
  const withInstant = (name: string): string => {
    const at = newestAt(name);
    return at === undefined ? name : `${name}@${Math.floor(at.getTime() / 1000).toString(36)}`;
  };
  const stored = groups.map(([key, { record, names }]) => {
    const claims = isNamed(record)
      ? { claims: names.toSorted().map(withInstant).join(' ') }
      : { claims: '', unnamed: names.length };
    return { ...(JSON.parse(key) as object), ...claims };
  });
  return JSON.stringify({ version: 1, groups: stored });
}

const unknown: NewestAt = () => undefined;

export function encodeCoverage(
  records: NamespaceCoverage,
  maxBytes = maxCoverageBytes,
  newestAt: NewestAt = unknown,
): string {
  const whole = gather(records, (record) => record);
  const short = () => gather(records, ({ detail: _detail, proveBy: _proveBy, ...record }) => record);
  const attempts = [
    () => write(whole, newestAt, () => true),
    () => write(short(), newestAt, () => true),
    () => write(short(), newestAt, (record) => !isAccounted(record)),
    () => write(short(), newestAt, () => false),
  ];
  let text = '';
  for (const attempt of attempts) {
    text = attempt();
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  return text;
}

export interface DecodedCoverage {
  readonly records: NamespaceCoverage;
  /** The data of the newest restorable point of each claim that has one. */
  readonly newestAt: ReadonlyMap<string, Date>;
  /** Claims that are counted and not named. */
  readonly unnamed: number;
}

/** A text that cannot be read, of another version or written by hand, counts as no record: the next tick decides anew. */
export function decodeCoverage(text: string | undefined): DecodedCoverage {
  const records = new Map<string, CoverageRecord>();
  const newestAt = new Map<string, Date>();
  const parsed = storedCoverage.safeParse(readJson(text));
  if (!parsed.success) return { records, newestAt, unnamed: 0 };
  let unnamed = 0;
  for (const one of parsed.data.groups) {
    unnamed += one.unnamed ?? 0;
    if (!isCode(one.code)) continue;
    const record = recordOf(one, one.code);
    for (const claim of one.claims.split(' ')) {
      const [name = '', second] = claim.split('@');
      if (name === '') continue;
      records.set(name, record);
      const at = new Date(Number.parseInt(second ?? '', 36) * 1000);
      if (!Number.isNaN(at.getTime())) newestAt.set(name, at);
    }
  }
  return { records, newestAt, unnamed };
}

function readJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // Written by hand: not readable means not known.
    return undefined;
  }
}

function isCode(text: string): text is CoverageCode {
  return (coverageCodes as readonly string[]).includes(text);
}

function recordOf(
  { policy, detail, dueAt, nextDueAt, rpoSeconds, missedSince, proveBy, protectedBy }: Group,
  code: CoverageCode,
): CoverageRecord {
  return {
    code,
    ...(policy === undefined ? {} : { policy }),
    ...(detail === undefined ? {} : { detail }),
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(nextDueAt === undefined ? {} : { nextDueAt }),
    ...(rpoSeconds === undefined ? {} : { rpoSeconds }),
    ...(missedSince === undefined ? {} : { missedSince }),
    ...(proveBy === undefined ? {} : { proveBy }),
    ...(protectedBy === undefined ? {} : { protectedBy }),
  };
}
