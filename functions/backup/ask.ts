/**
 * One request for a backup, through whichever door it came. `record-once` records it; a backup can also join another. Invariants:
 *  1. A repeat (same identity) finds the first one's Operation, also when that one has been joined or has ended.
 *  2. A request joins an active Operation of its claim only before that one's snapshot is intended; otherwise it queues behind it,
 *     because its caller must not get older data than was asked for.
 *  3. What is asked by HTTP is stored before the answer.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/operation/kinds/Backup.ts';
import { findRepeat } from '@soteria/shared/operation/record/find-repeat.ts';
import { type Recorded, recordOnce } from '@soteria/shared/operation/record/record-once.ts';
import type { Origin, RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation, OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { BackupWorld } from '../../drivers/backup/world.ts';

export interface BackupOrigin extends Origin {
  readonly request: BackupRequest;
}

export interface RecordedBackup {
  readonly operation: Operation;
  /** joined: another request's Operation answers this one too. */
  readonly how: Recorded['how'] | 'joined';
  /** What was seen on the way and need not be looked at again when it begins. */
  readonly seen: BackupWorld;
}

/** More in one record would make it too large. */
const maxJoined = 100;

/** A recorded name may mean a snapshot that was taken by a process that died before it could record that. */
export function isJoinable({ status, spec }: Operation, request: OperationRequest): boolean {
  return (
    !isTerminal(status?.phase) &&
    status?.work === undefined &&
    spec.kind === 'Backup' &&
    spec.cancelRequested !== true &&
    (status?.joined ?? []).length < maxJoined &&
    spec.request.driver === request.driver &&
    spec.request.maxAge === request.maxAge &&
    spec.request.mode === request.mode &&
    spec.request.policy === request.policy &&
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

export function requestedBackup(body: BackupRequest): RequestedOperation {
  return { kind: 'Backup', namespace: body.namespace, subject: body.pvc, request: requestOf(body) };
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

/** Other processes write all the time to the Operation that would be joined: rather one more backup than no answer. */
const maxTries = 5;

export async function askForBackup(
  store: OperationStore,
  { request, ...origin }: BackupOrigin,
  signal?: AbortSignal,
): Promise<RecordedBackup> {
  const { identity, mayHaveTwin } = origin;
  const requested = requestedBackup(request);
  const listPeers = () => store.listOfClaim(request.namespace, request.pvc, signal);
  for (let tries = 1; ; tries += 1) {
    const peers = await listPeers();
    const repeat = findRepeat(peers, requested, origin);
    if (repeat !== undefined) return { operation: repeat, how: 'repeat', seen: {} };
    const joinable = tries < maxTries ? peers.find((peer) => isJoinable(peer, requested.request)) : undefined;
    if (joinable === undefined) {
      const whenMissing = (cause: unknown) => namespaceMissing(request.namespace, request.pvc, cause);
      const recorded = await recordOnce(store, requested, origin, { signal, whenMissing, listJoinable: listPeers });
      const { operation, how } = recorded;
      if (how === 'repeat') return { operation, how, seen: {} };
      return {
        operation,
        how,
        seen: { peers: { seen: [...peers, operation] }, ...(mayHaveTwin ? {} : { hasNoTwin: true }) },
      };
    }
    // Another process wrote first: it may have been this very request, through another door.
    const joined = await join(store, joinable, identity, signal);
    if (joined !== undefined) return { operation: joined, how: 'joined', seen: {} };
  }
}
