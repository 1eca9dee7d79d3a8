/** The requests for restores, restore tests and self-tests as they are recorded. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { NamespaceRestoreRequest } from '@soteria/shared/operation/kinds/NamespaceRestore.ts';
import type { RestoreRequest } from '@soteria/shared/operation/kinds/Restore.ts';
import type { RestoreTestRequest } from '@soteria/shared/operation/kinds/RestoreTest.ts';
import { imagined, type RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

function given<T extends object>(members: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

export function requestedRestore(body: RestoreRequest): RequestedOperation {
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
export function requestedTest(body: RestoreTestRequest): RequestedOperation {
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

export function requestedNamespaceRestore(body: NamespaceRestoreRequest): RequestedOperation {
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

/** As `imagined`; whether the caller may take any point is asked after the first look. */
export function imaginedRestore(requested: RequestedOperation, at: Date): Operation {
  const operation = imagined(requested, at);
  const requestedBy = { user: '', via: 'http' as const, mayTakeAny: true };
  return { ...operation, spec: { ...operation.spec, identity: 'imagined', requestedBy } };
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
