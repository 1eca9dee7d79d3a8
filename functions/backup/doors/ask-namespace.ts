/** `POST /v1/backup/namespace` and `dev.soteria.namespacebackup.requested.v1`: a recorded Operation that backs up each claim. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import {
  type NamespaceBackupRequest,
  namespaceBackupRequest,
} from '@soteria/shared/operation/kinds/NamespaceBackup.ts';
import type { NamespaceBackupAnswer } from '@soteria/shared/http-contract/request-answers.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { originOfEvent, originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import { beginRecorded, recordOnce } from '@soteria/shared/operation/record/record-once.ts';
import {
  imagined,
  type Origin,
  type RequestedOperation,
} from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { requestAnswerOf } from '@soteria/shared/operation/record/operation-answer.ts';
import { toBlocker, whyNotRecorded } from '@soteria/shared/operation/record/why-not-recorded.ts';
import { advanceOperation } from '../advance.ts';
import { requestOf } from '../ask.ts';
import { driverOf } from '../claim/driver-of.ts';
import { namespaceKind } from '../namespace/advance-namespace.ts';
import { planNamespaceBackup } from '../namespace/plan-namespace.ts';
import type { BackupTools } from '../tools.ts';

export interface NamespaceAnswer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: NamespaceBackupAnswer;
}

function parse(body: unknown): NamespaceBackupRequest {
  const parsed = namespaceBackupRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'the body');
  const why = problems.join('; ');
  const fix = 'send {"namespace": "…"}; optional members: tags, driver, mode, max_age, dry_run';
  const what = 'the request for the backup of a namespace is not valid';
  throw new SoteriaError('invalid_request', { what, why, fix }, { details: { problems } });
}

function requestedBackup(body: NamespaceBackupRequest): RequestedOperation {
  const { namespace } = body;
  const { pvc: _pvc, ...request } = requestOf({ ...body, pvc: '' });
  return { kind: namespaceKind, namespace, subject: namespace, request };
}

function namespaceMissing(namespace: string, cause: SoteriaError): SoteriaError {
  const what = `namespace ${namespace} cannot be backed up`;
  const fix = 'check the name with: kubectl get namespaces';
  return new SoteriaError('not_found', { what, why: 'there is no such namespace', fix }, { cause });
}

function record({ store }: BackupTools, requested: RequestedOperation, origin: Origin, signal: AbortSignal) {
  const whenMissing = (cause: SoteriaError) => namespaceMissing(requested.namespace, cause);
  return recordOnce(store, requested, origin, { signal, whenMissing });
}

export async function askForNamespace(tools: BackupTools, body: unknown, incoming: Incoming): Promise<NamespaceAnswer> {
  const request = parse(body);
  const { namespace } = request;
  const { caller, signal, log } = incoming;
  await tools.authorize(caller, { verb: 'create', namespace }, signal);
  const requested = requestedBackup(request);
  const answerOf = (operation: Operation, isRepeat = false): NamespaceBackupAnswer => ({
    namespace,
    ...requestAnswerOf(operation, caller.user),
    result: statusOf(operation).result ?? null,
    repeated: isRepeat,
    claims: null,
    skipped: null,
    blocked_by: [],
  });
  if (request.dry_run === true) {
    const operation = imagined(requested, incoming.receivedAt);
    const [plan, unrecorded] = await Promise.all([
      planNamespaceBackup(tools.cluster, driverOf(tools.drivers, tools.rules, operation), namespace, signal),
      whyNotRecorded(tools.store, operation, (cause) => namespaceMissing(namespace, cause), signal),
    ]);
    const blocked = unrecorded === undefined ? [] : [toBlocker(unrecorded)];
    return { status: 200, body: { ...answerOf(operation), ...plan, blocked_by: blocked } };
  }
  const recorded = await record(tools, requested, originOfHttp(incoming), signal);
  const { operation, how } = await beginRecorded(recorded, log, (ref, beginning) =>
    advanceOperation(tools, ref, incoming, beginning),
  );
  const location = `/v1/operations/${operation.metadata.name}?namespace=${namespace}`;
  return { status: 202, location, body: answerOf(operation, how === 'repeat') };
}

export async function askForNamespaceByEvent(
  tools: BackupTools,
  event: ReceivedEvent,
  incoming: Incoming,
): Promise<void> {
  const request = parse(event.data);
  const { namespace } = request;
  const { caller, signal, log } = incoming;
  if (caller.proof !== 'none') await tools.authorize(caller, { verb: 'create', namespace }, signal);
  if (request.dry_run === true) return log.info('backup_request_dry_run', { claim: namespace });
  const { operation } = await record(tools, requestedBackup(request), originOfEvent(event, incoming), signal);
  const { name } = operation.metadata;
  log.info('namespace_backup_requested', { namespace, operation: name });
  await advanceOperation(tools, { namespace, name }, incoming);
}
