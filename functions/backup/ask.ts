/**
 * One request for a backup, through whichever door it came: the same record, the same checks. Invariants:
 *  1. A repeat (same identity) finds the first one's Operation, also when that one has been joined or has ended.
 *  2. A request joins an active Operation of its claim only before that one's snapshot is intended; otherwise it queues behind it,
 *     because its caller must not get older data than was asked for.
 *  3. What is asked by HTTP is stored before the answer.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/events/catalogue.ts';
import { operationName } from '@soteria/shared/operation/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { Operation, OperationRequest, OperationSpec } from '@soteria/shared/operation/schema.ts';
import { group, isTerminal, version } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';
import { keepOlder } from './keep-older.ts';
import type { World } from './longhorn/world.ts';

export interface Asking {
  readonly request: BackupRequest;
  /** The business key. */
  readonly identity: string;
  /** The caller chose the key and not the instant: the same request may come again, and would then have another name. */
  readonly mayHaveTwin: boolean;
  readonly requestedBy: NonNullable<OperationSpec['requestedBy']>;
  readonly cause: NonNullable<OperationSpec['cause']>;
  /** The event's time, else its arrival: what the name is made of. */
  readonly at: Date;
}

export interface Asked {
  readonly operation: Operation;
  /** new: made now. repeat: the same request came before. joined: another request's Operation answers this one too. */
  readonly how: 'new' | 'repeat' | 'joined';
  /** What has been seen on the way and need not be looked at again when it begins. */
  readonly seen: World;
}

/** More in one record would make it too large. */
const maxJoined = 100;

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
    (status?.joined ?? []).length < maxJoined &&
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

/** An Operation as it would be recorded: what a plan and a first look reason about. Never stored. */
export function imagined(request: BackupRequest, at: Date): Operation {
  const { namespace, pvc } = request;
  const spec: OperationSpec = { kind: 'Backup', request: requestOf(request) };
  return imaginedAs({ namespace, name: operationName('backup', pvc, at) }, spec, at);
}

export function imaginedAs(ref: { namespace: string; name: string }, spec: OperationSpec, at: Date): Operation {
  const metadata = { ...ref, uid: '', resourceVersion: '', creationTimestamp: at.toISOString() };
  return { apiVersion: `${group}/${version}`, kind: 'Operation', metadata, spec };
}

/** Joining is written with the resourceVersion it was judged by: when the snapshot was taken meanwhile, it does not happen. */
async function join(
  store: OperationStore,
  operation: Operation,
  identity: string,
  signal?: AbortSignal,
): Promise<Operation | undefined> {
  const status = statusOf(operation);
  try {
    return await store.replaceStatus(operation, { ...status, joined: [...(status.joined ?? []), identity] }, signal);
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'cluster_conflict') return undefined;
    throw error;
  }
}

async function createUnderFreeName(
  store: OperationStore,
  asking: Asking,
  peers: readonly Operation[],
  signal?: AbortSignal,
): Promise<Asked> {
  const { request, identity, mayHaveTwin, requestedBy, cause, at } = asking;
  const { namespace, pvc } = request;
  const spec: OperationSpec = { kind: 'Backup', request: requestOf(request), identity, requestedBy, cause };
  // Two different requests of one second for one claim: the second one's name ends in a hash of its identity.
  for (const tieBreak of ['', shortHash(identity)]) {
    const name = operationName('backup', pvc, at, tieBreak);
    try {
      const operation = await store.create({ namespace, name, spec }, signal);
      const seen: World = { peers: { seen: [...peers, operation] }, ...(mayHaveTwin ? {} : { hasNoTwin: true }) };
      return { operation, how: 'new', seen };
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      if (error.code === 'not_found') throw namespaceMissing(namespace, pvc, error);
      if (error.code !== 'name_conflict') throw error;
      const holder = await store.get({ namespace, name }, signal);
      if (holder !== undefined && isRepeatOf(identity)(holder)) return { operation: holder, how: 'repeat', seen: {} };
    }
  }
  throw new SoteriaError('name_conflict', {
    what: `no Operation could be recorded for claim ${namespace}/${pvc}`,
    why: 'both names this request may have are taken by other requests',
    fix: 'ask again in a second',
  });
}

export function namespaceMissing(namespace: string, pvc: string, cause: unknown): SoteriaError {
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
  if (asked.how !== 'new' || !asking.mayHaveTwin) return asked;
  const { namespace, pvc } = asking.request;
  const peers = await store.listOfClaim(namespace, pvc, signal);
  const oldest = peers.find(isRepeatOf(asking.identity));
  const kept = await keepOlder(store, { made: asked.operation, oldest }, signal);
  return kept === asked.operation ? asked : { operation: kept, how: 'repeat', seen: {} };
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

/** Somebody else writes to the one to be joined all the time: rather one more backup than no answer. */
const maxTries = 5;

export async function askForBackup(store: OperationStore, asking: Asking, signal?: AbortSignal): Promise<Asked> {
  const { request, identity } = asking;
  for (let tries = 1; ; tries += 1) {
    const peers = await store.listOfClaim(request.namespace, request.pvc, signal);
    const repeat = peers.find(isRepeatOf(identity));
    if (repeat !== undefined) return { operation: repeat, how: 'repeat', seen: {} };
    const joinable = tries < maxTries ? peers.find((peer) => isJoinable(peer, requestOf(request))) : undefined;
    if (joinable === undefined) {
      return keepOldest(store, await createUnderFreeName(store, asking, peers, signal), asking, signal);
    }
    // Lost to somebody else's write: it may have been this very request's, through another door.
    const joined = await join(store, joinable, identity, signal);
    if (joined !== undefined) return { operation: joined, how: 'joined', seen: {} };
  }
}
