/**
 * One request for a restore, through whichever door it came: the same record, the same checks. A repeat (same identity) finds the
 * first one's Operation. What is asked by HTTP is stored before the answer.
 */
import { isDeepStrictEqual } from 'node:util';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { NamespaceRestoreRequest, RestoreRequest, RestoreTestRequest } from '@soteria/shared/events/catalogue.ts';
import { operationName } from '@soteria/shared/operation/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import {
  group,
  type Operation,
  operationKinds,
  type OperationRequest,
  type OperationSpec,
  version,
} from '@soteria/shared/operation/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';

export interface Wish {
  readonly kind: 'Restore' | 'NamespaceRestore' | 'RestoreTest' | 'SelfTest';
  /** Of the Operation: where the new claims are made. */
  readonly namespace: string;
  /** What stands in its name. */
  readonly subject: string;
  readonly request: OperationRequest;
}

export interface Asking extends Wish {
  /** The business key; `isRepeatable` when the caller chose it, so that the same request can come again. */
  readonly identity: string;
  readonly isRepeatable: boolean;
  readonly requestedBy: NonNullable<OperationSpec['requestedBy']>;
  readonly cause: NonNullable<OperationSpec['cause']>;
  /** The event's time, else its arrival: what the name is made of. */
  readonly at: Date;
  /** True: a repeat has the same `at`, and so the same names; no list is needed to find the first one. */
  readonly isNameFixed?: boolean;
}

export interface Asked {
  readonly operation: Operation;
  readonly how: 'new' | 'repeat';
}

function given<T extends object>(members: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

export function wishOfRestore(body: RestoreRequest): Wish {
  const { labels } = body;
  const request = given({
    namespace: body.namespace,
    pvc: body.pvc,
    snapshot: body.snapshot,
    backupUrl: body.backup_url,
    asOf: body.as_of,
    clusterId: body.cluster_id,
    targetPvc: body.target_pvc,
    storageClass: body.storage_class,
    accessModes: body.access_modes,
    size: body.size,
    labels: labels === undefined ? undefined : Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  });
  return {
    kind: 'Restore',
    namespace: body.target_namespace ?? body.namespace,
    subject: body.target_pvc,
    request,
  };
}

/** Recorded where the source claim is, or was: that is whose proof it is. */
export function wishOfTest(body: RestoreTestRequest): Wish {
  const { files, command } = body.verify ?? {};
  const verify = given({
    minFiles: files?.min,
    minBytes: files?.min_bytes,
    sampleChecksums: files?.sample_checksums,
    manifest: files?.manifest,
    maxDropPercent: files?.max_drop_percent,
    database: body.verify?.database,
    databaseFiles: body.verify?.database_files,
    command,
  });
  const request = given({
    namespace: body.namespace,
    pvc: body.pvc,
    snapshot: body.snapshot,
    backupUrl: body.backup_url,
    asOf: body.as_of,
    clusterId: body.cluster_id,
    storageClass: body.storage_class,
    testNamespace: body.test_namespace,
    verify: body.verify === undefined ? undefined : verify,
  });
  return { kind: 'RestoreTest', namespace: body.namespace, subject: body.pvc, request };
}

export function wishOfNamespace(body: NamespaceRestoreRequest): Wish {
  const request = given({
    namespace: body.namespace,
    asOf: body.as_of,
    clusterId: body.cluster_id,
    pvcs: body.pvcs,
    namePrefix: body.name_prefix,
    nameSuffix: body.name_suffix,
    storageClass: body.storage_class,
  });
  return { kind: 'NamespaceRestore', namespace: body.target_namespace, subject: body.namespace, request };
}

/** An Operation as it would be recorded: what a plan and a first look reason about. Never stored. */
export function imagined({ kind, namespace, subject, request }: Wish, at: Date): Operation {
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Operation',
    metadata: {
      name: operationName(operationKinds[kind].verb, subject, at),
      namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: at.toISOString(),
    },
    // Whether they may is asked next; first it is looked what it is about.
    spec: { kind, request, identity: 'imagined', requestedBy: { user: '', via: 'http', mayTakeAny: true } },
  };
}

export function namespaceMissing(namespace: string, cause: unknown): SoteriaError {
  return new SoteriaError(
    'not_found',
    {
      what: `nothing can be restored into namespace ${namespace}`,
      why: 'there is no such namespace',
      fix: `make it first: kubectl create namespace ${namespace}`,
    },
    { cause },
  );
}

/** The same key for another request is a mistake of its caller's, who would otherwise be told of the wrong one. */
export function refuseOtherRequest(known: Operation, { kind, request }: Wish): void {
  if (known.spec.kind === kind && isDeepStrictEqual(known.spec.request, request)) return;
  throw new SoteriaError('conflict', {
    what: 'nothing was recorded',
    why: `this Idempotency-Key belongs to another request, whose Operation is ${known.metadata.name}`,
    fix: 'take a new key for a new request',
  });
}

/** The Operation that an earlier request under the same key has recorded; throws `conflict` when that asked for something else. */
export async function findRepeat(
  store: OperationStore,
  wish: Wish,
  identity: string,
  signal?: AbortSignal,
): Promise<Operation | undefined> {
  const known = await store.list({ namespace: wish.namespace }, signal);
  const repeat = known.find(({ spec }) => spec.identity === identity);
  if (repeat !== undefined) refuseOtherRequest(repeat, wish);
  return repeat;
}

export async function askForRestore(store: OperationStore, asking: Asking, signal?: AbortSignal): Promise<Asked> {
  const { kind, namespace, subject, request, identity, requestedBy, cause, at } = asking;
  if (asking.isRepeatable && asking.isNameFixed !== true) {
    const repeat = (await store.list({ namespace }, signal)).find(({ spec }) => spec.identity === identity);
    if (repeat !== undefined) {
      if (requestedBy.via === 'http') refuseOtherRequest(repeat, asking);
      return { operation: repeat, how: 'repeat' };
    }
  }
  const spec: OperationSpec = { kind, request, identity, requestedBy, cause };
  // Two different requests of one second for one claim: the second one's name ends in a hash of its identity.
  for (const tieBreak of ['', shortHash(identity)]) {
    const name = operationName(operationKinds[kind].verb, subject, at, tieBreak);
    try {
      return { operation: await store.create({ namespace, name, spec }, signal), how: 'new' };
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      if (error.code === 'not_found') throw namespaceMissing(namespace, error);
      if (error.code !== 'name_conflict') throw error;
      const holder = await store.get({ namespace, name }, signal);
      if (holder?.spec.identity === identity) return { operation: holder, how: 'repeat' };
    }
  }
  throw new SoteriaError('name_conflict', {
    what: `no Operation could be recorded for ${subject}`,
    why: 'both names this request may have are taken by other requests',
    fix: 'ask again in a second',
  });
}
