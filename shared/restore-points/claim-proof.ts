/**
 * What restore tests have said about the restore points of one claim: of each point the judgements that stand, of a few points. Pure.
 * The order in which two judgements arrive does not matter, and a repeat changes nothing.
 */
import * as z from 'zod';
import { strengths } from '../verification/verdict.ts';
import { shortHash } from '../short-hash.ts';

const judgement = z.looseObject({
  /** Id of the restore point. */
  point: z.string(),
  outcome: z.enum(['verified', 'refuted']),
  /** When it was judged. */
  at: z.iso.datetime(),
  /** The instant of the data in the point. */
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
  /** What its proofs have read, as `readMark` writes it: once it was read, it is missing only when the point has lost it. */
  read: z.array(z.string()).optional(),
  /** Why the point was refuted. */
  why: z.string().optional(),
});
export type Judgement = z.infer<typeof judgement>;

export const claimProof = z.looseObject({ namespace: z.string(), pvc: z.string(), points: z.array(judgement).max(64) });
export type ClaimProof = z.infer<typeof claimProof>;

/** So many points are kept: the last proved point matters, and the point before it stands in when that one is refuted. */
const maxVerified = 2;
const maxRefuted = 4;
const maxWhy = 120;
const maxRead = 16;

/** A file that a restore test has read as this. */
export function readMark(what: 'manifest' | 'database', path: string): string {
  return shortHash(`${what} ${path}`, 12);
}

function youngestFirst(a: Judgement, b: Judgement): number {
  return (
    b.at.localeCompare(a.at) ||
    a.outcome.localeCompare(b.outcome) ||
    rankOf(b) - rankOf(a) ||
    a.point.localeCompare(b.point)
  );
}

const rankOf = ({ strength }: Judgement): number => (strengths as readonly string[]).indexOf(strength ?? '');

/**
 * When two judgements are about one point, the younger replaces the older, but no weaker check erases a stronger one: that the claim mounts takes
 * nothing back of a damaged database, and too few files erase no proof down to checksums. Those two stand beside each other. A point that
 * does not even mount, or that Longhorn cannot restore, keeps no proof: nothing of what was proved can be read.
 */
function replaces(younger: Judgement, older: Judgement): boolean {
  if (youngestFirst(younger, older) >= 0) return false;
  const isGone = older.outcome === 'verified' && younger.outcome === 'refuted' && younger.strength === 'mounts';
  const isUnknown = rankOf(younger) < 0 || rankOf(older) < 0;
  return isGone || isUnknown || rankOf(younger) >= rankOf(older);
}

/** What stands of all that was said about one point, the youngest first. It remembers what the point held and what was read of it. */
function standing(judgements: readonly Judgement[]): Judgement[] {
  const all = judgements.toSorted(youngestFirst);
  const [youngest, ...others] = all.filter((one) => !all.some((other) => replaces(other, one)));
  if (youngest === undefined) return [];
  const { files, bytes } = all.find((one) => one.files !== undefined && one.outcome === 'verified') ??
    all.find((one) => one.files !== undefined) ?? { files: undefined, bytes: undefined };
  const read = [...new Set(all.flatMap((one) => one.read ?? []))].toSorted().slice(0, maxRead);
  const known = { ...(files === undefined ? {} : { files, bytes }), ...(read.length === 0 ? {} : { read }) };
  return [{ ...youngest, ...known }, ...others];
}

/** Undefined: nothing changes. */
export function addJudgement(known: ClaimProof, added: Judgement): ClaimProof | undefined {
  const before = known.points.filter(({ point }) => point === added.point);
  const isRepeat = (one: Judgement) =>
    one.at === added.at && one.outcome === added.outcome && one.strength === added.strength;
  if (before.some(isRepeat)) return undefined;
  const next = added.why === undefined ? added : { ...added, why: added.why.slice(0, maxWhy) };
  const about = standing([...before, next]);
  if (JSON.stringify(about) === JSON.stringify(before)) return undefined;
  const all = [...about, ...known.points.filter(({ point }) => point !== added.point)].toSorted(youngestFirst);
  const refuted = new Set(all.filter(({ outcome }) => outcome === 'refuted').map(({ point }) => point));
  const proved = new Set(all.map(({ point }) => point).filter((point) => !refuted.has(point)));
  const kept = new Set([...[...proved].slice(0, maxVerified), ...[...refuted].slice(0, maxRefuted)]);
  return { ...known, points: all.filter(({ point }) => kept.has(point)) };
}

/** The strongest of each kind that stands. */
export interface Standing {
  readonly verified: Judgement | undefined;
  readonly refuted: Judgement | undefined;
}

export const unjudged: Standing = { verified: undefined, refuted: undefined };

/** The judgements that stand about one point: each is weaker than the older ones. */
export function standingOf({ points }: Pick<ClaimProof, 'points'>, point: string): Standing {
  const strongestOf = (outcome: Judgement['outcome']) =>
    points.toSorted(youngestFirst).findLast((one) => one.point === point && one.outcome === outcome);
  return { verified: strongestOf('verified'), refuted: strongestOf('refuted') };
}

/**
 * The last proved point that nobody has refuted since. Where each proved point is disputed, the last one whose proof goes further than what
 * refutes it: retention keeps it.
 */
export function lastVerified(proof: ClaimProof): Judgement | undefined {
  const proved = proof.points.toSorted(youngestFirst).filter(({ outcome }) => outcome === 'verified');
  const against = ({ point }: Judgement) => standingOf(proof, point).refuted;
  return (
    proved.find((one) => against(one) === undefined) ?? proved.find((one) => rankOf(one) > rankOf(against(one) ?? one))
  );
}
