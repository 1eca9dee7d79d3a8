/** What was decided about one claim, and how many of a cluster are looked after. No ages: a record changes only when the decision does. Pure. */
import { type CoverageCode, type CoverageState, reasonOf } from './reasons.ts';

export interface CoverageRecord {
  readonly code: CoverageCode;
  /** The policy that decided; undefined: none. */
  readonly policy?: string;
  /** In the words of what refused, as "Longhorn: …" or the reason of an exclusion. */
  readonly detail?: string;
  /** Of a due or a running backup: the due instant. */
  readonly dueAt?: string;
  /** The next due instant of the policies that take it. */
  readonly nextDueAt?: string;
  /** The smallest `rpo` of the policies that take it. */
  readonly rpoSeconds?: number;
  /** Since when its objective is missed. */
  readonly missedSince?: string;
  /** It was never proved, or its proof is older than `verify.every` allows: until then its policy has it proved. */
  readonly proveBy?: string;
  /** The maker of its newest restore point, when that is not the policy: `recurring-job/daily`. */
  readonly protectedBy?: string;
}

/** A member without an entry does not compile. In the order in which they are stored. */
const members: Readonly<Record<keyof CoverageRecord, true>> = {
  code: true,
  policy: true,
  detail: true,
  dueAt: true,
  nextDueAt: true,
  rpoSeconds: true,
  missedSince: true,
  proveBy: true,
  protectedBy: true,
};
export const coverageMembers = Object.keys(members) as readonly (keyof CoverageRecord)[];

/** By the name of the claim, of one namespace. */
export type NamespaceCoverage = ReadonlyMap<string, CoverageRecord>;

export function isAccounted({ code, missedSince }: CoverageRecord): boolean {
  return reasonOf(code).isAccounted && missedSince === undefined;
}

export interface CoverageTotals {
  readonly claims: number;
  readonly accounted: number;
  /** A whole number, rounded down: 100 only when every claim is accounted for. Null: no claim was judged. */
  readonly percent: number | null;
  readonly states: Readonly<Record<CoverageState, number>>;
  readonly missed: number;
  /** Claims with a `proveBy`. */
  readonly unproved: number;
}

export function totalsOf(namespaces: Iterable<NamespaceCoverage>): CoverageTotals {
  const states = { due: 0, running: 0, not_due: 0, skipped: 0, unprotected: 0 };
  let [claims, accounted, missed, unproved] = [0, 0, 0, 0];
  for (const records of namespaces) {
    for (const record of records.values()) {
      claims += 1;
      states[reasonOf(record.code).state] += 1;
      if (record.missedSince !== undefined) missed += 1;
      if (record.proveBy !== undefined) unproved += 1;
      if (isAccounted(record)) accounted += 1;
    }
  }
  const percent = claims === 0 ? null : Math.floor((accounted * 100) / claims);
  return { claims, accounted, percent, states, missed, unproved };
}
