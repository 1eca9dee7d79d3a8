/**
 * One request for a backup, through whichever door it came: the same record, the same checks. Invariants:
 *  1. A repeat (same identity) finds the first one's Operation, also when that one has been joined or has ended.
 *  2. A request joins an active Operation of its claim only before that one's snapshot is intended; otherwise it queues behind it,
 *     because its caller must not get older data than was asked for.
 *  3. What is asked by HTTP is stored before the answer.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/events/catalogue.ts';
import { operationName, shortHash } from '@soteria/shared/operation/names.ts';
import type { Operation, OperationRequest, OperationSpec } from '@soteria/shared/operation/schema.ts';
import { isTerminal } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';

export interface Asking {
  readonly request: BackupRequest;
  /** The business key; `isRepeatable` when the caller chose it, so that the same request can come again. */
  readonly identity: string;
  readonly isRepeatable: boolean;
  readonly requestedBy: NonNullable<OperationSpec['requestedBy']>;
  readonly cause: NonNullable<OperationSpec['cause']>;
  /** The event's time, else its arrival: what the name is made of. */
  readonly at: Date;
}

export interface Asked {
  readonly operation: Operation;
  /** new: made now. repeat: the same request came before. joined: another request's Operation answers this one too. */
  readonly how: 'new' | 'repeat' | 'joined';
}

/** True of the Operation that answers this identity: its own, or one it was joined by. */
export function isRepeatOf(identity: string) {
  return (operation: Operation): boolean =>
    operation.spec.identity === identity || operation.status?.joined?.includes(identity) === true;
}

/** A recorded name may mean a snapshot that was taken by a process that did not live to say so. */
export function isJoinable({ status, spec }: Operation, request: OperationRequest): boolean {
  return (
    !isTerminal(status?.phase) &&
    status?.work?.snapshot === undefined &&
    spec.kind === 'Backup' &&
    spec.cancelRequested !== true &&
    spec.request.driver === request.driver &&
    spec.request.maxAge === request.maxAge &&
    spec.request.mode === request.mode &&
    JSON.stringify(spec.request.tags ?? []) === JSON.stringify(request.tags ?? [])
  );
}

export function requestOf(body: BackupRequest): OperationRequest {
  const { pvc, driver, mode, tags, max_age: maxAge } = body;
  return {
    pvc,
    ...(driver === undefined ? {} : { driver }),
    ...(mode === undefined ? {} : { mode }),
    ...(tags === undefined ? {} : { tags }),
    ...(maxAge === undefined ? {} : { maxAge: String(maxAge) }),
  };
}

/** Joining is written with the resourceVersion it was judged by: when the snapshot was taken meanwhile, it does not happen. */
async function join(
  store: OperationStore,
  operation: Operation,
  identity: string,
  signal?: AbortSignal,
): Promise<Operation | undefined> {
  const status = statusOf(operation);
  if ((status.joined ?? []).length >= 100) return undefined;
  try {
    return await store.replaceStatus(operation, { ...status, joined: [...(status.joined ?? []), identity] }, signal);
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'cluster_conflict') return undefined;
    throw error;
  }
}

async function createUnderFreeName(store: OperationStore, asking: Asking, signal?: AbortSignal): Promise<Asked> {
  const { request, identity, requestedBy, cause, at } = asking;
  const { namespace, pvc } = request;
  const spec: OperationSpec = { kind: 'Backup', request: requestOf(request), identity, requestedBy, cause };
  // Two different requests of one second for one claim: the second one's name ends in a hash of its identity.
  for (const tieBreak of ['', shortHash(identity)]) {
    const name = operationName('backup', pvc, at, tieBreak);
    try {
      return { operation: await store.create({ namespace, name, spec }, signal), how: 'new' };
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      if (error.code === 'not_found') throw namespaceMissing(namespace, pvc, error);
      if (error.code !== 'name_conflict') throw error;
      const holder = await store.get({ namespace, name }, signal);
      if (holder !== undefined && isRepeatOf(identity)(holder)) return { operation: holder, how: 'repeat' };
    }
  }
  throw new SoteriaError('name_conflict', {
    what: `no Operation could be recorded for claim ${namespace}/${pvc}`,
    why: 'both names this request may have are taken by other requests',
    fix: 'ask again in a second',
  });
}

function namespaceMissing(namespace: string, pvc: string, cause: unknown): SoteriaError {
  return new SoteriaError(
    'claim_not_found',
    {
      what: `claim ${namespace}/${pvc} cannot be backed up`,
      why: `there is no namespace ${namespace}`,
      fix: 'check the name with: kubectl get namespaces',
    },
    { cause },
  );
}

/** Two equal requests may have been recorded at once under names of different seconds: the older one stays (invariant 1). */
async function keepOldest(store: OperationStore, asked: Asked, asking: Asking, signal?: AbortSignal): Promise<Asked> {
  if (asked.how !== 'new' || !asking.isRepeatable) return asked;
  const { namespace, pvc } = asking.request;
  const peers = await store.listOfClaim(namespace, pvc, signal);
  const oldest = peers.find(isRepeatOf(asking.identity));
  if (oldest === undefined || oldest.metadata.uid === asked.operation.metadata.uid) return asked;
  try {
    await store.withdraw(asked.operation, signal);
    return { operation: oldest, how: 'repeat' };
  } catch (error) {
    // Somebody has begun to move it already: it stays and queues behind the older one.
    if (error instanceof SoteriaError && error.code === 'cluster_conflict') return asked;
    throw error;
  }
}

/** The Operation that already answers this identity (invariant 1). */
export async function findRepeat(
  store: OperationStore,
  { namespace, pvc }: BackupRequest,
  identity: string,
  signal?: AbortSignal,
): Promise<Operation | undefined> {
  return (await store.listOfClaim(namespace, pvc, signal)).find(isRepeatOf(identity));
}

export async function askForBackup(store: OperationStore, asking: Asking, signal?: AbortSignal): Promise<Asked> {
  const { request, identity } = asking;
  const peers = await store.listOfClaim(request.namespace, request.pvc, signal);
  const repeat = peers.find(isRepeatOf(identity));
  if (repeat !== undefined) return { operation: repeat, how: 'repeat' };
  const joinable = peers.find((peer) => isJoinable(peer, requestOf(request)));
  if (joinable !== undefined) {
    const joined = await join(store, joinable, identity, signal);
    if (joined !== undefined) return { operation: joined, how: 'joined' };
  }
  return keepOldest(store, await createUnderFreeName(store, asking, signal), asking, signal);
}
