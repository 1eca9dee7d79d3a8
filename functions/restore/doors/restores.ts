/** `GET /v1/restores/{name}` and `POST /v1/restores/{name}/cancel`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { askToCancel } from '@soteria/shared/operation/record/ask-to-cancel.ts';
import { findOperation } from '@soteria/shared/operation/record/store.ts';
import { advanceOperation } from '../advance.ts';
import type { RestoreTools } from '../tools.ts';
import { isOfThisFunction, viewOf } from './restore-view.ts';

async function find(
  tools: RestoreTools,
  asked: { name: string; namespace: string | undefined; verb: 'get' | 'update' },
  { caller, signal }: Incoming,
): Promise<Operation> {
  // Asked before anything is read, so that a refusal does not tell which names exist.
  await tools.authorize(caller, asked, signal);
  const operation = await findOperation(tools.store, asked.name, asked.namespace, signal);
  if (isOfThisFunction(operation)) return operation;
  throw new SoteriaError('not_found', {
    what: `restore ${asked.name} was not found`,
    why: `the operation of that name is a ${operation.spec.kind}`,
    fix: `see GET /v1/operations/${asked.name}`,
  });
}

export async function getRestore(
  tools: RestoreTools,
  name: string,
  namespace: string | undefined,
  incoming: Incoming,
): Promise<Record<string, unknown>> {
  return viewOf(await find(tools, { name, namespace, verb: 'get' }, incoming));
}

export async function cancelRestore(
  tools: RestoreTools,
  name: string,
  namespace: string | undefined,
  incoming: Incoming,
): Promise<Record<string, unknown>> {
  const operation = await find(tools, { name, namespace, verb: 'update' }, incoming);
  const asking = await askToCancel(tools.store, operation, 'restore', incoming.signal);
  const ref = { name, namespace: operation.metadata.namespace };
  try {
    return viewOf((await advanceOperation(tools, ref, incoming)) ?? asking);
  } catch (error) {
    // The wish is stored; the next wake-up fulfils it.
    incoming.log.error('restore_not_cancelled_yet', error, { operation: name });
    return viewOf(asking);
  }
}
