/** `GET /v1/operations[/{name}]`, the list newest first and a page at a time, and `POST /v1/operations/{name}/cancel`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { decodeCursor, encodeCursor } from '@soteria/shared/function/page-cursor.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { listPage } from '@soteria/shared/operation/record/list-page.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { phases } from '@soteria/shared/operation/record/schema.ts';
import { sayingOf } from '@soteria/shared/operation/queue/follow-end.ts';
import { askToCancel } from '@soteria/shared/operation/record/ask-to-cancel.ts';
import { progressAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { findOperation } from '@soteria/shared/operation/record/store.ts';
import { operationsQuery } from '@soteria/shared/http-contract/queries.ts';
import { placeInQueue } from '@soteria/shared/operation/queue/place-in-queue.ts';
import type { SlotEntry } from '@soteria/shared/operation/queue/decide-slots.ts';
import { waitingSelector } from '@soteria/shared/operation/queue/waiting-line.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';

export interface OperationTools {
  readonly store: Pick<OperationStore, 'get' | 'list' | 'each' | 'requestCancel'>;
  readonly slots: { entries(signal?: AbortSignal): Promise<readonly SlotEntry[]> };
  /** Asks the function that moves an Operation to look at it now. */
  readonly wake: WakeOther;
  readonly authorize: Authorize;
}

export interface OperationList {
  readonly items: readonly unknown[];
  /** To be given as `next` for the following page; left out on the last one. */
  readonly next?: string;
}

/** What a caller sees of one Operation. */
export function viewOf(operation: Operation): Record<string, unknown> {
  const { metadata, spec } = operation;
  const status = statusOf(operation);
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    kind: spec.kind,
    ...progressAnswerOf(operation),
    result: status.result ?? null,
    error: status.error ?? null,
  };
}

export async function listOperations(
  tools: OperationTools,
  rawQuery: unknown,
  incoming: Incoming,
): Promise<OperationList> {
  const query = operationsQuery.safeParse(rawQuery);
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the list of operations cannot be given',
      why: problemsOf(query.error, 'the query').join('; '),
      fix: `allowed are namespace, pvc, phase (${phases.join(', ')}), limit (1 to 1000) and next`,
    });
  }
  const { namespace, pvc, phase, limit, next } = query.data;
  const after = next === undefined ? undefined : decodeCursor(next, 'the list of operations');
  await tools.authorize(incoming.caller, { verb: 'list', namespace }, incoming.signal);
  const isListed = ({ spec }: Operation): boolean => pvc === undefined || spec.request.pvc === pvc;
  const page = await listPage(tools.store, { namespace, phase, limit, after, isListed }, incoming.signal);
  return {
    items: page.operations.map(viewOf),
    ...(page.next === undefined ? {} : { next: encodeCursor(page.next) }),
  };
}

async function find(
  tools: OperationTools,
  asked: { name: string; namespace: string | undefined; verb: 'get' | 'update' },
  { caller, signal }: Incoming,
): Promise<Operation> {
  // Asked before anything is read, so that a refusal does not tell which names exist.
  await tools.authorize(caller, asked, signal);
  return findOperation(tools.store, asked.name, asked.namespace, signal);
}

export async function getOperation(
  tools: OperationTools,
  name: string,
  namespace: string | undefined,
  incoming: Incoming,
): Promise<Record<string, unknown>> {
  const operation = await find(tools, { name, namespace, verb: 'get' }, incoming);
  if (statusOf(operation).phase !== 'Pending') return { ...viewOf(operation), queue: null };
  const [entries, waiting] = await Promise.all([
    tools.slots.entries(incoming.signal),
    tools.store.list({ fieldSelector: waitingSelector }, incoming.signal),
  ]);
  return { ...viewOf(operation), queue: placeInQueue(operation, entries, waiting) ?? null };
}

export async function cancelOperation(
  tools: OperationTools,
  name: string,
  namespace: string | undefined,
  incoming: Incoming,
): Promise<Record<string, unknown>> {
  const operation = await find(tools, { name, namespace, verb: 'update' }, incoming);
  const asking = await askToCancel(tools.store, operation, 'operation', incoming.signal);
  try {
    await tools.wake(asking, sayingOf(asking), incoming.signal);
  } catch (error) {
    // The wish is stored; the next wake-up fulfils it.
    incoming.log.error('operation_not_cancelled_yet', error, { operation: name });
  }
  return viewOf(asking);
}
