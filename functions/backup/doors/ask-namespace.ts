/** `POST /v1/backup/namespace` and `dev.soteria.namespacebackup.requested.v1`: a recorded Operation that backs up each claim. */
import { randomUUID } from 'node:crypto';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type NamespaceBackupRequest, namespaceBackupRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { operationName, shortHash } from '@soteria/shared/operation/names.ts';
import { type Operation, operationKinds, type OperationSpec } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import { byAge } from '@soteria/shared/operation/store.ts';
import { advanceOperation } from '../advance.ts';
import { requestOf } from '../ask.ts';
import { keepOlder } from '../keep-older.ts';
import { namespaceKind } from '../namespace/advance-namespace.ts';
import { planNamespaceBackup } from '../namespace/plan-namespace.ts';
import type { BackupTools } from '../tools.ts';
import { refuseUnfitKey } from './ask-http.ts';

export interface NamespaceAnswer {
  readonly status: 200 | 202;
  readonly location?: string;
  readonly body: Readonly<Record<string, unknown>>;
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

/** The same request finds its Operation; two requests of one second have names of their own. */
async function record(tools: BackupTools, asking: Asking, signal: AbortSignal) {
  const { store } = tools;
  const { namespace, spec, at } = asking;
  const repeat = await oldestOf(tools, asking, signal);
  if (repeat !== undefined) return repeat;
  const name = operationName(operationKinds[namespaceKind].verb, namespace, at, shortHash(spec.identity));
  try {
    const made = await store.create({ namespace, name, spec }, signal);
    const oldest = asking.mayHaveTwin ? await oldestOf(tools, asking, signal) : undefined;
    return await keepOlder(store, { made, oldest }, signal);
  } catch (cause) {
    if (!(cause instanceof SoteriaError)) throw cause;
    const holder = cause.code === 'name_conflict' ? await store.get({ namespace, name }, signal) : undefined;
    if (holder !== undefined) return holder;
    if (cause.code !== 'not_found') throw cause;
    const what = `namespace ${namespace} cannot be backed up`;
    const fix = 'check the name with: kubectl get namespaces';
    throw new SoteriaError('not_found', { what, why: 'there is no such namespace', fix }, { cause });
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
  const about = { namespace, requested_by: caller.user };
  if (request.dry_run === true) {
    const plan = await planNamespaceBackup(tools.cluster, namespace, signal);
    return { status: 200, body: { ...about, dry_run: true, operation: null, ...plan } };
  }
  const identity = `http:${caller.user}:${idempotencyKey ?? randomUUID()}`;
  const spec = {
    ...specOf(request, identity),
    requestedBy: { user: caller.user, via: 'http' as const },
    cause: { id: identity },
  };
  const asking = { namespace, spec, at, mayHaveTwin: idempotencyKey !== undefined };
  const operation = await begin(tools, await record(tools, asking, signal), incoming);
  const { name } = operation.metadata;
  const { phase, message, result = null, error = null } = statusOf(operation);
  return {
    status: 202,
    location: `/v1/operations/${name}?namespace=${namespace}`,
    body: { ...about, dry_run: false, operation: name, job_name: name, phase, message, result, error },
  };
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
  const { name } = (await record(tools, asking, signal)).metadata;
  log.info('namespace_backup_requested', { namespace, operation: name });
  await advanceOperation(tools, { namespace, name }, incoming);
}
