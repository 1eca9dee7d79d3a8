/**
 * Records a request as one Operation, whatever its kind and whichever door it came through. Invariants:
 *  1. A repeat (same identity) finds the Operation of the first request, also after that one has ended or was joined.
 *  2. When equal requests are recorded at once, under names of different seconds, one Operation stays and answers all callers: the
 *     one that has begun, else the one that the API server stored first. The door withdraws the others; where it dies before that,
 *     `skipRepeat` ends them before they do anything.
 *  3. The same Idempotency-Key with another request is refused, and the refusal names the members that differ.
 */
import { SoteriaError } from '../../errors.ts';
import { shortHash } from '../../short-hash.ts';
import type { Log } from '../../log/log.ts';
import type { ObjectRef } from '../../kubernetes/client.ts';
import { findFirstOf, findRepeat, repeats } from './find-repeat.ts';
import { identityLabel } from './marks.ts';
import { operationName } from './names.ts';
import type { Origin, RequestedOperation } from './requested-operation.ts';
import type { Operation, OperationSpec } from './schema.ts';
import { operationKinds } from '../kinds/kinds.ts';
import { refuse, statusOf } from './status.ts';
import type { OperationDraft, OperationStore } from './store.ts';

export interface Recorded {
  readonly operation: Operation;
  /** new: made now. repeat: the same request came before. */
  readonly how: 'new' | 'repeat';
}

export interface RecordOptions {
  readonly signal?: AbortSignal | undefined;
  /** The error where the namespace of the Operation does not exist. */
  readonly whenMissing?: ((cause: SoteriaError) => SoteriaError) | undefined;
  /** Where the kind lets requests join an Operation: those that may have been joined. */
  readonly listJoinable?: ((signal: AbortSignal | undefined) => Promise<readonly Operation[]>) | undefined;
}

/** Those that may answer the request already: none where a repeat has the same name, and is found by it. */
async function listAnswers(
  store: Pick<OperationStore, 'listOfIdentity'>,
  namespace: string,
  identity: string,
  { signal, listJoinable }: RecordOptions,
): Promise<readonly Operation[]> {
  const none = Promise.resolve([]);
  const lists = [store.listOfIdentity(namespace, identity, signal), listJoinable?.(signal) ?? none];
  return (await Promise.all(lists)).flat();
}

/** The Operation of the same request, where it came before: what a door looks for before it judges anything. */
export async function findRecorded(
  store: Pick<OperationStore, 'listOfIdentity'>,
  requested: RequestedOperation,
  origin: Origin,
  options: RecordOptions = {},
): Promise<Recorded | undefined> {
  if (!origin.mayHaveTwin) return undefined;
  const { namespace } = requested;
  const known = findRepeat(await listAnswers(store, namespace, origin.identity, options), requested, origin);
  return known && { operation: known, how: 'repeat' };
}

export async function recordOnce(
  store: OperationStore,
  requested: RequestedOperation,
  origin: Origin,
  options: RecordOptions = {},
): Promise<Recorded> {
  const { signal } = options;
  const { kind, namespace, subject, request } = requested;
  const { identity, mayHaveTwin, requestedBy, cause, at } = origin;
  const known = await findRecorded(store, requested, origin, options);
  if (known !== undefined) return known;
  const spec: OperationSpec = { kind, request, identity, requestedBy, cause };
  const isTaken = new Set<string>();
  // Two different requests of one second for one subject: the name of the second one ends in a hash of its identity.
  // A holder that was deleted before it could be read leaves its name free: the request asks for the same name again. Under the second
  // name, the next delivery of the same request would not find its Operation.
  const names = ['', shortHash(identity)].map((tieBreak) =>
    operationName(operationKinds[kind].verb, subject, at, tieBreak),
  );
  for (const name of names.flatMap((one) => [one, one])) {
    if (isTaken.has(name)) continue;
    const made = await createUnlessTaken(store, { namespace, name, spec, mayHaveTwin }, options);
    if (made !== undefined) {
      const first = mayHaveTwin ? await withdrawRepeat(store, made, options) : undefined;
      return first === undefined ? { operation: made, how: 'new' } : { operation: first, how: 'repeat' };
    }
    // The holder of the name may itself be about to be withdrawn.
    const holder = mayHaveTwin ? undefined : await store.get({ namespace, name }, signal);
    const holders = mayHaveTwin ? await listAnswers(store, namespace, identity, options) : [holder];
    const repeat = findRepeat(
      holders.filter((one) => one !== undefined),
      requested,
      origin,
    );
    if (repeat !== undefined) return { operation: repeat, how: 'repeat' };
    if (mayHaveTwin || holder !== undefined) isTaken.add(name);
  }
  throw new SoteriaError('name_conflict', {
    what: `no Operation could be recorded for ${subject}`,
    why: 'both names this request may have are taken by other requests',
    fix: 'ask again in a second',
  });
}

async function createUnlessTaken(
  store: OperationStore,
  draft: OperationDraft,
  { signal, whenMissing }: RecordOptions,
): Promise<Operation | undefined> {
  try {
    return await store.create(draft, signal);
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'name_conflict') return undefined;
    if (error instanceof SoteriaError && error.code === 'not_found' && whenMissing) throw whenMissing(error);
    throw error;
  }
}

/** Answers the Operation that stays instead of this one (invariant 2). */
async function withdrawRepeat(
  store: Pick<OperationStore, 'listOfIdentity' | 'withdraw'>,
  made: Operation,
  options: RecordOptions,
): Promise<Operation | undefined> {
  const { metadata, spec } = made;
  const first = findFirstOf(made, await listAnswers(store, metadata.namespace ?? '', spec.identity ?? '', options));
  if (first === undefined) return undefined;
  try {
    await store.withdraw(made, options.signal);
  } catch (error) {
    // A wake-up moves it already, and skips it for the same reason; or it is deleted.
    const isMoved = error instanceof SoteriaError && ['cluster_conflict', 'not_found'].includes(error.code);
    if (!isMoved) throw error;
  }
  return first;
}

/** The record is stored: the next wake-up repairs whatever fails from here on, so the caller still gets its answer. */
export async function beginRecorded<R extends { readonly operation: Operation; readonly how: string }>(
  recorded: R,
  log: Log,
  advance: (
    ref: ObjectRef,
    beginning: { readonly operation: Operation; readonly isMade: boolean },
  ) => Promise<Operation | undefined>,
): Promise<R> {
  const { operation, how } = recorded;
  if (how === 'repeat') return recorded;
  const { namespace, name } = operation.metadata;
  try {
    const moved = await advance({ namespace, name }, { operation, isMade: how === 'new' });
    return { ...recorded, operation: moved ?? operation };
  } catch (error) {
    log.error('operation_not_begun', error, { operation: name });
    return recorded;
  }
}

/** Before the first decision about an Operation: Skipped when another one answers the same request (invariant 2), else as it is. */
export async function skipRepeat(
  store: Pick<OperationStore, 'listOfIdentity' | 'replaceStatus'>,
  operation: Operation,
  now: Date,
  signal?: AbortSignal,
): Promise<Operation> {
  const { namespace = '', labels } = operation.metadata;
  if (operation.status !== undefined || labels?.[identityLabel] === undefined) return operation;
  const same = await store.listOfIdentity(namespace, operation.spec.identity ?? '', signal);
  const first = findFirstOf(operation, same);
  if (first === undefined) return operation;
  const status = refuse(statusOf(operation), 'Skipped', repeats(operation, first), now);
  return store.replaceStatus(operation, status, signal);
}
