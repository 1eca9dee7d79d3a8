/** Reading and writing Operations: the one record behind all three doors. */
import { SoteriaError } from '../../errors.ts';
import type { CallOptions, KubernetesClient, ListQuery, ObjectRef } from '../../kubernetes/client.ts';
import { listAll } from '../../kubernetes/client.ts';
import { claimNameOf } from './claim-ref.ts';
import { claimLabel, identityLabel, parentLabel } from './marks.ts';
import { claimHash, identityHash } from './names.ts';
import type { Operation, OperationSpec, OperationStatus } from './schema.ts';
import { group, operations, terminalPhases, version } from './schema.ts';

export interface OperationDraft {
  readonly namespace: string;
  readonly name: string;
  readonly spec: OperationSpec;
  /** The same request may be recorded under another name: this Operation can be found by its identity. */
  readonly mayHaveTwin?: boolean | undefined;
}

export interface OperationStore {
  get(ref: ObjectRef, signal?: AbortSignal): Promise<Operation | undefined>;
  /** Throws `name_conflict` when the name is taken, `not_found` when the namespace does not exist. */
  create(draft: OperationDraft, signal?: AbortSignal): Promise<Operation>;
  /** As `create`, and nothing is made. */
  tryCreate(draft: OperationDraft, signal?: AbortSignal): Promise<void>;
  /** Operations of one claim, oldest first; terminal ones too. */
  listOfClaim(namespace: string, claim: string, signal?: AbortSignal): Promise<readonly Operation[]>;
  /** Recorded with `mayHaveTwin` under this identity. */
  listOfIdentity(namespace: string, identity: string, signal?: AbortSignal): Promise<readonly Operation[]>;
  /** Those that another one has made; `isOpen`: only those that have not ended. */
  listChildren(
    parent: ObjectRef & { readonly uid: string },
    query: { readonly isOpen: boolean },
    signal?: AbortSignal,
  ): Promise<readonly Operation[]>;
  list(query: ListQuery, signal?: AbortSignal): Promise<readonly Operation[]>;
  /** As `list`, but only a few are in memory at a time, however many there are. */
  each(query: ListQuery, signal?: AbortSignal): AsyncIterable<Operation>;
  /** With the object's resourceVersion: `cluster_conflict` means that another process wrote: read and decide again. */
  replaceStatus(operation: Operation, status: OperationStatus, signal?: AbortSignal): Promise<Operation>;
  /** Gives an Operation made by `kubectl create` the labels that ours are born with. */
  label(operation: Operation, signal?: AbortSignal): Promise<Operation>;
  requestCancel(ref: ObjectRef, signal?: AbortSignal): Promise<Operation>;
  /** Deletes an Operation that no function has acted on yet: its request was already recorded. */
  withdraw(operation: Operation, signal?: AbortSignal): Promise<void>;
}

/** A prune lives in Soteria's namespace, and its claim in another. */
function namespaceOfClaim(namespace: string, { kind, request }: OperationSpec): string {
  return kind === 'Prune' ? (request.namespace ?? namespace) : namespace;
}

function labelsOf(namespace: string, spec: OperationSpec): Record<string, string> {
  const claim = claimNameOf(spec);
  const { parent } = spec.cause ?? {};
  return {
    ...(claim === undefined ? {} : { [claimLabel]: claimHash(namespaceOfClaim(namespace, spec), claim) }),
    ...(parent === undefined ? {} : { [parentLabel]: claimHash(namespace, parent) }),
  };
}

function twinLabelOf({ spec: { identity }, mayHaveTwin = false }: OperationDraft): Record<string, string> {
  return identity === undefined || !mayHaveTwin ? {} : { [identityLabel]: identityHash(identity) };
}

function toObject(draft: OperationDraft) {
  const { namespace, name, spec } = draft;
  const metadata = { name, namespace, labels: { ...labelsOf(namespace, spec), ...twinLabelOf(draft) } };
  return { apiVersion: `${group}/${version}`, kind: 'Operation', metadata, spec };
}

/** Neither Succeeded nor Failed, Skipped or Cancelled. */
export const openSelector = terminalPhases.map((phase) => `status.phase!=${phase}`).join(',');

/** Oldest first; of one second, by uid: the same order for everybody who looks. */
export function byAge(a: Operation, b: Operation): number {
  return (
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.uid.localeCompare(b.metadata.uid)
  );
}

export function createOperationStore(client: KubernetesClient): OperationStore {
  const options = (signal: AbortSignal | undefined): CallOptions => ({ signal });

  async function list(query: ListQuery, signal?: AbortSignal): Promise<Operation[]> {
    return Array.fromAsync(listAll(client, operations, query, options(signal)));
  }

  return {
    get: (ref, signal) => client.get(operations, ref, options(signal)),
    create: (draft, signal) => client.create(operations, toObject(draft), options(signal)),
    async tryCreate(draft, signal) {
      await client.create(operations, toObject(draft), { ...options(signal), isDryRun: true });
    },
    listOfClaim: async (namespace, claim, signal) => {
      const found = await list({ namespace, labelSelector: `${claimLabel}=${claimHash(namespace, claim)}` }, signal);
      return found.toSorted(byAge);
    },
    listOfIdentity: async (namespace, identity, signal) => {
      const found = await list({ namespace, labelSelector: `${identityLabel}=${identityHash(identity)}` }, signal);
      return found.filter(({ spec }) => spec.identity === identity).toSorted(byAge);
    },
    listChildren: async ({ namespace = '', name, uid }, { isOpen }, signal) => {
      const labelSelector = `${parentLabel}=${claimHash(namespace, name)}`;
      const found = await list({ namespace, labelSelector, fieldSelector: isOpen ? openSelector : undefined }, signal);
      // One that was deleted and asked for again has its name, and none of its children.
      return found.filter(({ spec }) => spec.cause?.parent === name && spec.identity?.includes(`:${uid}:`) === true);
    },
    list,
    each: (query, signal) => listAll(client, operations, { limit: 100, ...query }, options(signal)),
    replaceStatus: (operation, status, signal) =>
      client.replace(operations, { ...operation, status }, { ...options(signal), subresource: 'status' }),
    label: (operation, signal) => {
      const { namespace = '', name, resourceVersion } = operation.metadata;
      const labels = labelsOf(namespace, operation.spec);
      return client.patch(operations, { namespace, name }, { metadata: { resourceVersion, labels } }, options(signal));
    },
    requestCancel: (ref, signal) => client.patch(operations, ref, { spec: { cancelRequested: true } }, options(signal)),
    withdraw: async (operation, signal) => {
      const { namespace, name, uid, resourceVersion } = operation.metadata;
      await client.delete(operations, { namespace, name }, { ...options(signal), uid, resourceVersion });
    },
  };
}

/** Finds an Operation whose namespace the caller may have left out. */
export async function findOperation(
  store: Pick<OperationStore, 'get' | 'list'>,
  name: string,
  namespace: string | undefined,
  signal?: AbortSignal,
): Promise<Operation> {
  const found =
    namespace === undefined
      ? await store.list({ fieldSelector: `metadata.name=${name}` }, signal)
      : [await store.get({ name, namespace }, signal)].filter((one) => one !== undefined);
  const [only, another] = found;
  if (only === undefined) {
    throw new SoteriaError('not_found', {
      what: `operation ${name} was not found`,
      why:
        namespace === undefined
          ? 'no namespace holds one of that name'
          : `namespace ${namespace} holds none of that name`,
      fix: 'operations are purged 24 hours after they end; list what there is with GET /v1/operations or kubectl get operations -A',
    });
  }
  if (another !== undefined) {
    const places = found.map((one) => one.metadata.namespace ?? '').join(', ');
    throw new SoteriaError('conflict', {
      what: `operation ${name} exists more than once`,
      why: `namespaces ${places} each hold one`,
      fix: `say which: GET /v1/operations/${name}?namespace=<namespace>`,
    });
  }
  return only;
}
