/**
 * What restore tests have said about the restore points of one claim: the newest judgement of each point, a few of each kind. Pure.
 * The order in which two judgements arrive does not matter, and a repeat changes nothing.
 */
import * as z from 'zod';
import { strengths } from '../verification/verdict.ts';

const judgement = z.looseObject({
  /** Id of the restore point. */
  point: z.string(),
  outcome: z.enum(['verified', 'refuted']),
  /** When it was judged. */
  at: z.iso.datetime(),
  /** Of the data in the point. */
  dataAsOf: z.string().optional(),
  /** How far the proof goes, or the check that has refuted it: mounts, counts, checksums, application. */
  strength: z.string().optional(),
  /** Why it is weaker than it could be. */
  weaker: z.array(z.string()).optional(),
  /** From the start to the verdict: what a recovery takes. */
  totalMs: z.int().optional(),
  /** What it held when it was last proved; bytes as a decimal text. Kept when the point is refuted later. */
  files: z.int().optional(),
  bytes: z.string().optional(),
  /** Of a refuted one. */
  why: z.string().optional(),
});
export type Judgement = z.infer<typeof judgement>;

export const claimProof = z.looseObject({ namespace: z.string(), pvc: z.string(), points: z.array(judgement).max(64) });
export type ClaimProof = z.infer<typeof claimProof>;

/** So many are kept: the last proved point is the one that matters, the one before it stands in when that one is refuted. */
const maxVerified = 2;
const maxRefuted = 4;
const maxWhy = 120;

function youngestFirst(a: Judgement, b: Judgement): number {
  return b.at.localeCompare(a.at) || a.point.localeCompare(b.point);
}

const rankOf = ({ strength }: Judgement): number => (strengths as readonly string[]).indexOf(strength ?? '');

/**
 * Of two about one point the younger counts. But that it mounts takes nothing back of a database that was found damaged: a refutation
 * stands until a proof that goes at least as far.
 */
function isOutdone(older: Judgement, younger: Judgement): boolean {
  return older.outcome === 'verified' || younger.outcome === 'refuted' || rankOf(younger) >= rankOf(older);
}

/** Undefined: there is nothing to write. */
export function addJudgement(known: ClaimProof, added: Judgement): ClaimProof | undefined {
  const before = known.points.find(({ point }) => point === added.point);
  if (before !== undefined) {
    const isYounger = added.at > before.at;
    const isKept = isYounger ? !isOutdone(before, added) : added.at === before.at || isOutdone(added, before);
    if (isKept) return undefined;
  }
  const counted = added.files === undefined && before?.files !== undefined ? before : added;
  const next: Judgement = {
    ...added,
    ...(counted.files === undefined ? {} : { files: counted.files, bytes: counted.bytes }),
    ...(added.why === undefined ? {} : { why: added.why.slice(0, maxWhy) }),
  };
  const all = [next, ...known.points.filter((one) => one !== before)].toSorted(youngestFirst);
  const kept = [
    ...all.filter(({ outcome }) => outcome === 'verified').slice(0, maxVerified),
    ...all.filter(({ outcome }) => outcome === 'refuted').slice(0, maxRefuted),
  ];
  return { ...known, points: kept.toSorted(youngestFirst) };
}

/** The last proved one that nobody has refuted since. */
export function lastVerified({ points }: ClaimProof): Judgement | undefined {
  return points.toSorted(youngestFirst).find(({ outcome }) => outcome === 'verified');
}
