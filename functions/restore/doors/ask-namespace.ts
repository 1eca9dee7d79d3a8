/** `POST /v1/restores/namespace`: the plan of a dry run, or a recorded Operation that makes a Restore of each claim. Both say what is restored. */
import {
  type NamespaceRestoreRequest,
  namespaceRestoreRequest,
} from '@soteria/shared/operation/kinds/NamespaceRestore.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import type { NamespaceRestoreAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { findRecorded } from '@soteria/shared/operation/record/record-once.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { requestAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { toBlocker, whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { imaginedRestore, namespaceMissing, requestedNamespaceRestore } from '../ask.ts';
import { refusedBecause } from '../../../drivers/restore/about-operation.ts';
import { lookAtWholeSource } from '../namespace/advance-namespace.ts';
import { livingWithoutPoint, planNamespace, whyNothing } from '../namespace/plan-namespace.ts';
import { driverOf } from '../claim/driver-of.ts';
import type { RestoreTools } from '../tools.ts';
import { type Answer, begin, record } from './ask-http.ts';
import { authorizeRequested } from './authorize-restore.ts';
import { parseBody } from './parse-body.ts';

const example =
  '{"namespace": "…", "target_namespace": "…"}; optional members: as_of, cluster_id, pvcs, name_prefix, name_suffix, ' +
  'storage_class, dry_run';

export function parseNamespaceRequest(body: unknown): NamespaceRestoreRequest {
  return parseBody(namespaceRestoreRequest, body, example);
}

/** What is restored, claim by claim, and why the request is refused. */
async function planOf(tools: RestoreTools, operation: Operation, { receivedAt: now, signal }: Incoming) {
  const source = await lookAtWholeSource(tools, operation, signal);
  const taken = new Set(source.claims?.map(({ metadata }) => metadata.name));
  const planned = planNamespace({ operation, source, now });
  const living = livingWithoutPoint({ operation, source, now }, planned);
  const claims = planned.flatMap(({ pvc, targetPvc, point, isThere }) => {
    if ('why' in point) return [];
    const blocked = !isThere && taken.has(targetPvc) ? ('target_exists' as const) : null;
    const chosen = { restore_point: point.id, data_as_of: point.dataAsOf ?? null };
    return [{ pvc, target_pvc: targetPvc, ...chosen, already_restored: isThere, blocked_by: blocked }];
  });
  const without = [
    ...planned.flatMap(({ pvc, point }) => ('why' in point ? [{ pvc, why: point.why }] : [])),
    ...living.map(({ name, why }) => ({ pvc: name, why })),
  ];
  const nothing = whyNothing(sourceRefOf(operation).namespace, planned, living);
  const noClass = await whyNoClass(tools, operation, signal);
  const refusals = [nothing, noClass].filter((one) => one !== undefined);
  return { claims, without_point: without, refusals, source };
}

async function whyNoClass({ claims, drivers }: RestoreTools, operation: Operation, signal: AbortSignal) {
  const { metadata, spec } = operation;
  const { storageClass } = spec.request;
  const { staticStorageClass } = driverOf(drivers, operation);
  if (storageClass === undefined || storageClass === staticStorageClass) return undefined;
  if ((await claims.mayGrow(storageClass, signal)) !== undefined) return undefined;
  return refusedBecause.noStorageClass(`nothing was restored into namespace ${metadata.namespace ?? ''}`, storageClass);
}

export async function askForNamespace(tools: RestoreTools, body: unknown, incoming: Incoming): Promise<Answer> {
  const request = parseNamespaceRequest(body);
  const requested = requestedNamespaceRestore(request);
  await authorizeRequested(tools, requested, incoming);
  const { caller, receivedAt, signal } = incoming;
  const { target_namespace: targetNamespace } = request;
  const operation = imaginedRestore(requested, receivedAt);
  const origin = originOfHttp(incoming);
  const isDryRun = request.dry_run === true;
  const repeat = isDryRun ? undefined : await findRecorded(tools.store, requested, origin, { signal });
  const plan = repeat === undefined ? await planOf(tools, operation, incoming) : undefined;
  const { claims = null, without_point = null, refusals = [], source = {} } = plan ?? {};
  const answerOf = (of: Operation, blockers: readonly SoteriaError[], isRepeat: boolean): NamespaceRestoreAnswer => ({
    namespace: request.namespace,
    target_namespace: targetNamespace,
    ...requestAnswerOf(of, caller.user),
    repeated: isRepeat,
    claims,
    without_point,
    blocked_by: blockers.map(toBlocker),
  });
  if (isDryRun) {
    const missing = (cause: SoteriaError) => namespaceMissing(targetNamespace, cause);
    const unrecorded = await whyNotRecorded(tools.store, operation, missing, signal);
    const blockers = unrecorded === undefined ? refusals : [...refusals, unrecorded];
    return { status: 200, body: answerOf(operation, blockers, false) };
  }
  const [refusal] = refusals;
  if (refusal !== undefined) throw refusal;
  const recorded =
    repeat ?? (await begin(tools, await record(tools, requested, origin, incoming), incoming, { source }));
  return {
    status: 202,
    location: `/v1/restores/${recorded.operation.metadata.name}?namespace=${targetNamespace}`,
    body: answerOf(recorded.operation, [], recorded.how === 'repeat'),
  };
}
