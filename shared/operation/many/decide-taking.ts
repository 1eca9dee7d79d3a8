/** Which candidates are next, and whether their children are made now. Pure. */
import { advance, statusOf } from '../record/status.ts';
import type { Operation } from '../record/schema.ts';
import type { Candidate, Many, ManyAction, ManySituation } from './many.ts';
import { childIdentity, childName } from './name-child.ts';
import { problemsWith } from './problem.ts';

/** Children that wait for a slot: so many that none stays empty until the next are made; above the minimum nothing is listed for more. */
const maxWaiting = 6;
const minWaiting = 2;
/** Candidates are listed for so many at a time, at least. */
const minRefill = 3;
/** In one wake-up: children that end at once are many, and a wake-up must end. */
const maxMadeAtOnce = 12;

const isWaiting = ({ status }: Operation): boolean => (status?.phase ?? 'Pending') === 'Pending';

/** Enough wait as it is: what comes next can come later. */
export function hasEnoughAhead({ maxOpen }: { readonly maxOpen: number }, open: readonly Operation[]): boolean {
  return open.filter(isWaiting).length > minWaiting || open.length > maxOpen - minRefill;
}

/** Counts all candidates that were passed, whether the cursor has moved or not. */
export function countPassed({ status }: Operation): number {
  const { takenCount = 0, skippedCount = 0, presentCount = 0 } = status?.work ?? {};
  return takenCount + skippedCount + presentCount;
}

type Passed = { readonly name: string } & (
  | { readonly as: 'taken' | 'kept' }
  | { readonly as: 'refused'; readonly why: string }
  | { readonly as: 'left-out'; readonly why: string; readonly isOnPurpose: boolean }
);

interface Walked {
  readonly passed: readonly Passed[];
  /** The first that is neither taken, nor kept, nor left out. */
  readonly next?: Extract<Candidate, { to: 'make' | 'look' }>;
  /** From `next` on, those that are not left out for what is known of them. */
  readonly ahead: readonly Candidate[];
}

/** From the cursor on, as far as it is known what becomes of each. */
function walk<Source, Look>(many: Many<Source, Look>, situation: ManySituation<Source>): Walked {
  const { operation, world } = situation;
  const candidates = many.candidates(situation, operation.status?.work?.cursor ?? '');
  const made = new Set(world.made);
  const known = new Set([...(world.open ?? []), ...(world.children ?? [])].map(({ spec }) => spec.identity));
  const passed: Passed[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const { name } = candidate;
    const refused = world.refused?.[name];
    // A child may have made what is kept: then it counts as a child.
    if (made.has(name) || known.has(childIdentity(operation, many.identityPrefix, name)))
      passed.push({ name, as: 'taken' });
    else if (refused !== undefined) passed.push({ name, as: 'refused', why: refused });
    else if (candidate.to === 'leave-out') passed.push({ ...candidate, as: 'left-out' });
    else if (candidate.to === 'keep') passed.push({ name, as: 'kept' });
    else {
      const ahead = candidates.slice(index).filter(({ to }) => to !== 'leave-out');
      return { passed, next: candidate, ahead };
    }
  }
  return { passed, ahead: [] };
}

/** Moves the cursor past candidates that were taken, kept or left out. */
function pass<Source, Look>(
  many: Many<Source, Look>,
  { operation, now }: ManySituation<Source>,
  { passed, ahead }: Walked,
): ManyAction<Look> {
  const status = statusOf(operation);
  const work = status.work ?? { attempt: 1 };
  const count = (as: Passed['as']) => passed.filter((one) => one.as === as).length;
  const leftOut = passed.flatMap((one) => (one.as === 'left-out' || one.as === 'refused' ? [one] : []));
  const change = {
    cursor: passed.at(-1)?.name ?? work.cursor ?? '',
    takenCount: (work.takenCount ?? 0) + count('taken') + count('refused'),
    refusedCount: (work.refusedCount ?? 0) + count('refused'),
    skippedCount: (work.skippedCount ?? 0) + count('left-out'),
    excludedCount: (work.excludedCount ?? 0) + passed.filter((one) => one.as === 'left-out' && one.isOnPurpose).length,
    presentCount: (work.presentCount ?? 0) + count('kept'),
  };
  const known = countPassed({ ...operation, status: { ...status, work: { ...work, ...change } } }) + ahead.length;
  const claimCount = many.whenFewer === undefined ? known : Math.max(known, work.claimCount ?? 0);
  const message = `${change.takenCount} claims taken, ${change.skippedCount} left out, ${ahead.length} to come`;
  const step = { step: 'claims', progress: status.progress, message, work: { ...change, claimCount } };
  const problems = problemsWith(status.result?.problems, leftOut);
  return { do: 'record', status: { ...advance(status, step, now), result: { ...status.result, problems } } };
}

/** Undefined when nothing is to be taken now. */
export function decideTaking<Source, Look>(
  many: Many<Source, Look>,
  situation: ManySituation<Source>,
  open: readonly Operation[],
): ManyAction<Look> | undefined {
  const { operation, world } = situation;
  const look = many.nextLook(situation);
  if (look !== undefined) return { do: 'look', at: 'source', what: look };
  const walked = walk(many, situation);
  const { next, passed, ahead } = walked;
  const triedCount = (world.made?.length ?? 0) + Object.keys(world.refused ?? {}).length;
  const room = Math.min(maxWaiting - open.filter(isWaiting).length, many.maxOpen - open.length);
  if (next !== undefined && room > 0 && triedCount < maxMadeAtOnce) {
    if (next.to === 'look') {
      const places = ahead.flatMap((one) => (one.to === 'look' ? [one.at] : [])).slice(0, room);
      const what = many.lookCloser?.(places);
      return what === undefined ? undefined : { do: 'look', at: 'source', what };
    }
    const { name, request } = next;
    return { do: 'create-child', draft: { of: name, name: childName(operation, many.childKind, next), request } };
  }
  if (passed.some(({ as }) => as === 'kept') && world.children === undefined) return { do: 'look', at: 'children' };
  // One write for all that were made: after a crash before it, they are found by their names.
  if (passed.length > 0) return pass(many, situation, walked);
  if (next === undefined) return decideFewer(many, situation, open);
  return room > 0 && world.hasAskedAgain !== true ? { do: 'ask-again' } : undefined;
}

/** There is no candidate any more. */
function decideFewer<Source, Look>(
  many: Many<Source, Look>,
  situation: ManySituation<Source>,
  open: readonly Operation[],
): ManyAction<Look> | undefined {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const claimCount = countPassed(operation);
  if (claimCount >= (status.work?.claimCount ?? Infinity)) return undefined;
  if (many.whenFewer === undefined) {
    const { progress, message } = status;
    return { do: 'record', status: advance(status, { step: 'claims', progress, message, work: { claimCount } }, now) };
  }
  if (open.length > 0) return undefined;
  const waiting = many.whenFewer(situation);
  return waiting === operation.status ? { do: 'wait' } : { do: 'record', status: waiting };
}
