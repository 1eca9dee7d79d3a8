/** Which claims are next, and whether their Operations are made now. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { operationName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { type Operation, operationKinds, type OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { advance, statusOf } from '@soteria/shared/operation/record/status.ts';
import { maxProblems, problemOf } from './problem.ts';
import { whyClaimSkipped, whyVolumeSkipped } from './why-skipped.ts';
import type { NamespaceAction, NamespaceSituation } from './world.ts';

/** That wait for a slot: so many that none stays empty until the next are made, and fewer are no reason to list all claims. */
const maxWaiting = 6;
const minWaiting = 2;
/** However many may run at once. */
const maxOpen = 100;
const maxMadeAtOnce = 12;

const byName = (a: PersistentVolumeClaim, b: PersistentVolumeClaim): number =>
  a.metadata.name < b.metadata.name ? -1 : 1;

const isWaiting = ({ status }: Operation): boolean => (status?.phase ?? 'Pending') === 'Pending';

/** Enough wait as it is: what comes next can come later. */
export function hasEnoughAhead(open: readonly Operation[]): boolean {
  return open.filter(isWaiting).length > minWaiting || open.length >= maxOpen;
}

/** Invariant 2. */
function childName(parent: Operation, pvc: string): string {
  const { name, uid, creationTimestamp } = parent.metadata;
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return operationName(operationKinds.Backup.verb, pvc, at, shortHash(`${uid} ${pvc}`));
}

function childRequest({ spec }: Operation, pvc: string): OperationRequest {
  const { driver, mode, tags, maxAge } = spec.request;
  return {
    pvc,
    ...(driver === undefined ? {} : { driver }),
    ...(mode === undefined ? {} : { mode }),
    ...(tags === undefined ? {} : { tags }),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

interface Passed {
  readonly pvc: string;
  /** Left out, because; otherwise it was taken. */
  readonly why: string | undefined;
}

interface Walked {
  readonly passed: readonly Passed[];
  /** The first that is neither taken nor left out, with what is under it when that was looked at. */
  readonly next?: { readonly claim: PersistentVolumeClaim; readonly persistentVolume?: PersistentVolume | undefined };
  /** From there on, those that are not left out for what they say of themselves. */
  readonly ahead: readonly PersistentVolumeClaim[];
}

/** From the cursor on, as far as it is known what becomes of each. */
function walk({ operation, world }: NamespaceSituation): Walked {
  const cursor = operation.status?.work?.cursor ?? '';
  const ahead = (world.claims ?? []).filter(({ metadata }) => metadata.name > cursor).toSorted(byName);
  const made = new Set(world.made);
  const open = new Set(world.open?.map(({ metadata }) => metadata.name));
  const passed: Passed[] = [];
  for (const [index, claim] of ahead.entries()) {
    const pvc = claim.metadata.name;
    const under = world.persistentVolumes?.[claim.spec?.volumeName ?? ''];
    const why = whyClaimSkipped(claim) ?? (under === undefined ? undefined : whyVolumeSkipped(under.seen));
    const isTaken = made.has(pvc) || open.has(childName(operation, pvc));
    if (why === undefined && !isTaken) {
      const rest = ahead.slice(index).filter((one) => whyClaimSkipped(one) === undefined);
      return { passed, next: { claim, persistentVolume: under?.seen }, ahead: rest };
    }
    passed.push({ pvc, why: isTaken ? undefined : why });
  }
  return { passed, ahead: [] };
}

/** Moves the cursor past claims that were taken or left out. */
function pass({ operation, now }: NamespaceSituation, { passed, ahead }: Walked): NamespaceAction {
  const status = statusOf(operation);
  const work = status.work ?? { attempt: 1 };
  const leftOut = passed.flatMap(({ pvc, why }) => (why === undefined ? [] : [problemOf(pvc, why)]));
  const cursor = passed.at(-1)?.pvc ?? work.cursor ?? '';
  const skippedCount = (work.skippedCount ?? 0) + leftOut.length;
  const takenCount = (work.takenCount ?? 0) + passed.length - leftOut.length;
  const claimCount = takenCount + skippedCount + ahead.length;
  const problems = [...(status.result?.problems ?? []), ...leftOut].slice(0, maxProblems);
  const message = `${takenCount} claims taken, ${skippedCount} left out, ${ahead.length} to come`;
  const moved = advance(
    status,
    { step: 'claims', progress: status.progress, message, work: { cursor, skippedCount, takenCount, claimCount } },
    now,
  );
  return { do: 'record', status: { ...moved, result: { ...status.result, problems } } };
}

/** Undefined when nothing is to be taken now. */
export function decideTaking(situation: NamespaceSituation, open: readonly Operation[]): NamespaceAction | undefined {
  const { operation, world } = situation;
  if (world.claims === undefined) return { do: 'look-at-claims' };
  const walked = walk(situation);
  const { next, passed, ahead } = walked;
  const madeCount = world.made?.length ?? 0;
  const room = Math.min(maxWaiting - open.filter(isWaiting).length, maxOpen - open.length);
  if (next !== undefined && room > 0 && madeCount < maxMadeAtOnce) {
    const { claim, persistentVolume } = next;
    if (persistentVolume === undefined) {
      const names = ahead.slice(0, room).map(({ spec }) => spec?.volumeName ?? '');
      return { do: 'look-at-volumes', names };
    }
    const pvc = claim.metadata.name;
    const draft = {
      name: childName(operation, pvc),
      request: childRequest(operation, pvc),
      claim,
      persistentVolume,
    };
    return { do: 'create-child', draft };
  }
  // One write for all that were made: a crash before it finds them by their names.
  if (passed.length > 0 || next === undefined) return pass(situation, walked);
  return room > 0 && world.hasAskedAgain !== true ? { do: 'ask-again' } : undefined;
}
