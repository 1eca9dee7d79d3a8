/** `GET /v1/restores[/{name}]` and `POST /v1/restores/{name}/cancel`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import { ownerOf } from '@soteria/shared/operation/kind-owner.ts';
import { type Operation, phases } from '@soteria/shared/operation/schema.ts';
import { askToCancel } from '@soteria/shared/operation/ask-to-cancel.ts';
import { progressViewOf } from '@soteria/shared/operation/view.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { byAge, findOperation } from '@soteria/shared/operation/store.ts';
import * as z from 'zod';
import { advanceOperation } from '../advance.ts';
import { functionName } from '../longhorn/about-operation.ts';
import { verifiersViewOf } from '../proof/verifiers-of.ts';
import type { RestoreTools } from '../tools.ts';

const restoresQuery = z.strictObject({
  namespace: z.string().min(1).max(253).optional(),
  pvc: z.string().min(1).max(253).optional(),
  phase: z.enum(phases).optional(),
});

function isOfThisFunction(operation: Operation): boolean {
  return ownerOf(operation) === functionName;
}

/** What a caller sees of one restore. */
export function viewOf(operation: Operation): Record<string, unknown> {
  const { metadata, spec } = operation;
  const status = statusOf(operation);
  const source = sourceRefOf(operation);
  return {
    name: metadata.name,
    kind: spec.kind,
    namespace: source.namespace,
    pvc: source.pvc === '' ? null : source.pvc,
    target_namespace: metadata.namespace,
    target_pvc: spec.request.targetPvc ?? null,
    ...verifiersViewOf(operation),
    ...progressViewOf(operation),
    restore_point: status.work?.restorePoint ?? null,
    data_as_of: status.work?.dataAsOf ?? null,
    result: status.result ?? null,
    error: status.error ?? null,
  };
}

export async function listRestores(
  tools: RestoreTools,
  rawQuery: unknown,
  incoming: Incoming,
): Promise<{ items: unknown[] }> {
  const query = restoresQuery.safeParse(rawQuery);
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the list of restores cannot be given',
      why: query.error.issues.map((issue) => `${issue.path.join('.') || 'the query'}: ${issue.message}`).join('; '),
      fix: `allowed are namespace (of the Operation), pvc (the source or the new one) and phase (${phases.join(', ')})`,
    });
  }
  const { namespace, pvc, phase } = query.data;
  await tools.authorize(incoming.caller, { verb: 'list', namespace }, incoming.signal);
  const found = await tools.store.list({ namespace }, incoming.signal);
  const isAsked = ({ request }: Operation['spec']) =>
    pvc === undefined || request.pvc === pvc || request.targetPvc === pvc;
  const items = found
    .filter(
      (one) => isOfThisFunction(one) && isAsked(one.spec) && (phase ?? statusOf(one).phase) === statusOf(one).phase,
    )
    .toSorted((a, b) => byAge(b, a))
    .map(viewOf);
  return { items };
}

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
