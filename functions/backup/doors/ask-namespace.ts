/** `POST /v1/backup/namespace` and `dev.soteria.namespacebackup.requested.v1`: a recorded Operation that backs up each claim. */
import { randomUUID } from 'node:crypto';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type NamespaceBackupRequest, namespaceBackupRequest } from '@soteria/shared/events/catalogue.ts';
import type { NamespaceBackupAnswer } from '@soteria/shared/http-contract/ask-answers.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { operationName } from '@soteria/shared/operation/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { type Operation, operationKinds, type OperationSpec } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { byAge } from '@soteria/shared/operation/store.ts';
import { askedViewOf } from '@soteria/shared/operation/view.ts';
import { toBlocker, whyNotRecorded } from '@soteria/shared/operation/why-not-recorded.ts';
import { advanceOperation } from '../advance.ts';
import { imaginedAs, requestOf } from '../ask.ts';
import { keepOlder } from '../keep-older.ts';
import { namespaceKind } from '../namespace/advance-namespace.ts';
import { planNamespaceBackup } from '../namespace/plan-namespace.ts';
import type { BackupTools } from '../tools.ts';
import { refuseUnfitKey } from './ask-http.ts';

export interface NamespaceAnswer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: NamespaceBackupAnswer;
}

function parse(body: unknown): NamespaceBackupRequest {
  const parsed = namespaceBackupRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`);
  const why = problems.join('; ');
  const fix = 'send {"namespace": "…"}; optional members: tags, driver, mode, max_age, dry_run';
  const what = 'the request for the backup of a namespace is not valid';
  throw new SoteriaError('invalid_request', { what, why, fix }, { details: { problems } });
}

interface Asking {
  readonly namespace: string;
  readonly spec: OperationSpec & { readonly identity: string };
  readonly at: Date;
  /** The caller chose the key and not the instant: the same request may come again, and would then have another name. */
  readonly mayHaveTwin: boolean;
}

function specOf(request: NamespaceBackupRequest, identity: string): OperationSpec & { readonly identity: string } {
  const { pvc: _pvc, ...rest } = requestOf({ ...request, pvc: '' });
  return { kind: namespaceKind, request: rest, identity };
}

async function oldestOf({ store }: BackupTools, { namespace, spec }: Asking, signal: AbortSignal) {
  const present = await store.list({ namespace }, signal);
  return present
    .filter((one) => one.spec.kind === namespaceKind && one.spec.identity === spec.identity)
    .toSorted(byAge)
    .at(0);
}

function namespaceMissing(namespace: string, cause: SoteriaError): SoteriaError {
  const what = `namespace ${namespace} cannot be backed up`;
  const fix = 'check the name with: kubectl get namespaces';
  return new SoteriaError('not_found', { what, why: 'there is no such namespace', fix }, { cause });
}

interface Recorded {
  readonly operation: Operation;
  readonly isRepeat: boolean;
}

/** The same request finds its Operation; two requests of one second have names of their own. */
async function record(tools: BackupTools, asking: Asking, signal: AbortSignal): Promise<Recorded> {
  const { store } = tools;
  const { namespace, spec, at } = asking;
  const repeat = await oldestOf(tools, asking, signal);
  if (repeat !== undefined) return { operation: repeat, isRepeat: true };
  const name = operationName(operationKinds[namespaceKind].verb, namespace, at, shortHash(spec.identity));
  try {
    const made = await store.create({ namespace, name, spec }, signal);
    const oldest = asking.mayHaveTwin ? await oldestOf(tools, asking, signal) : undefined;
    const operation = await keepOlder(store, { made, oldest }, signal);
    return { operation, isRepeat: operation !== made };
  } catch (cause) {
    if (!(cause instanceof SoteriaError)) throw cause;
    const holder = cause.code === 'name_conflict' ? await store.get({ namespace, name }, signal) : undefined;
    if (holder !== undefined) return { operation: holder, isRepeat: true };
    throw cause.code === 'not_found' ? namespaceMissing(namespace, cause) : cause;
  }
}

/** The record is stored: whatever goes wrong from here on is the next wake-up's to repair. */
async function begin(tools: BackupTools, operation: Operation, incoming: Incoming): Promise<Operation> {
  const { namespace, name } = operation.metadata;
  try {
    return (await advanceOperation(tools, { namespace, name }, incoming)) ?? operation;
  } catch (error) {
    incoming.log.error('operation_not_begun', error, { operation: name });
    return operation;
  }
}

export async function askForNamespace(
  tools: BackupTools,
  body: unknown,
  idempotencyKey: string | undefined,
  incoming: Incoming,
): Promise<NamespaceAnswer> {
  const request = parse(body);
  refuseUnfitKey(idempotencyKey);
  const { namespace } = request;
  const { caller, receivedAt: at, signal } = incoming;
  await tools.authorize(caller, { verb: 'create', namespace }, signal);
  const identity = `http:${caller.user}:${idempotencyKey ?? randomUUID()}`;
  const requestedBy = { user: caller.user, via: 'http' as const };
  const spec = { ...specOf(request, identity), requestedBy, cause: { id: identity } };
  const answerOf = (operation: Operation, isRepeat = false): NamespaceBackupAnswer => ({
    namespace,
    ...askedViewOf(operation, caller.user),
    result: statusOf(operation).result ?? null,
    repeated: isRepeat,
    claims: null,
    skipped: null,
    blocked_by: [],
  });
  if (request.dry_run === true) {
    const name = operationName(operationKinds[namespaceKind].verb, namespace, at, shortHash(identity));
    const operation = imaginedAs({ namespace, name }, spec, at);
    const [plan, unrecorded] = await Promise.all([
      planNamespaceBackup(tools.cluster, namespace, signal),
      whyNotRecorded(tools.store, operation, (cause) => namespaceMissing(namespace, cause), signal),
    ]);
    const blocked = unrecorded === undefined ? [] : [toBlocker(unrecorded)];
    return { status: 200, body: { ...answerOf(operation), ...plan, blocked_by: blocked } };
  }
  const asking = { namespace, spec, at, mayHaveTwin: idempotencyKey !== undefined };
  const { operation: recorded, isRepeat } = await record(tools, asking, signal);
  const operation = await begin(tools, recorded, incoming);
  const location = `/v1/operations/${operation.metadata.name}?namespace=${namespace}`;
  return { status: 202, location, body: answerOf(operation, isRepeat) };
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
  const correlationId = event.extensions['correlationid'];
  const spec = {
    ...specOf(request, `event:${event.source}|${event.id}`),
    requestedBy: { user: caller.user, via: 'event' as const },
    cause: { source: event.source, id: event.id, ...(correlationId === undefined ? {} : { correlationId }) },
  };
  const at = event.time ?? incoming.receivedAt;
  const asking = { namespace, spec, at, mayHaveTwin: event.time === undefined };
  const { name } = (await record(tools, asking, signal)).operation.metadata;
  log.info('namespace_backup_requested', { namespace, operation: name });
  await advanceOperation(tools, { namespace, name }, incoming);
}
