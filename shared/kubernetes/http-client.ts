/**
 * The Kubernetes port over a real API server, on Node's own HTTP client: plain JSON over one keep-alive pool, nothing else to
 * load on a cold start. What a call survives is in `exchange.ts` and `retry.ts`, what its errors mean in `api-errors.ts`.
 */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import { isObjectAbsent, whatFailed, type Answer, type Call } from './api-errors.ts';
import type { DeleteOptions, KubernetesClient, ListQuery, Page, WriteOptions } from './client.ts';
import type { Connection } from './connection.ts';
import { createExchange, type Exchange, type HttpClientOptions } from './exchange.ts';
import { parseJson, writeJson } from './json.ts';
import { collectionPath, objectPath, requireNamespace, withParameters } from './resource-path.ts';
import { apiVersionOf, type KubernetesObject, type ResourceType } from './resource-type.ts';
import type { HttpRequest } from './transport.ts';

const listShape = z.object({
  metadata: z
    .object({ resourceVersion: z.string().default(''), continue: z.string().optional() })
    .default({ resourceVersion: '' }),
  items: z
    .array(z.looseObject({}))
    .nullish()
    .transform((items) => items ?? []),
});

export function createHttpClient(connection: Connection, options: HttpClientOptions = {}): KubernetesClient {
  return createClientOver(createExchange(connection, options));
}

export function createClientOver(exchange: Exchange): KubernetesClient {
  async function askFor<T>(
    call: Call,
    request: HttpRequest,
    signal: AbortSignal | undefined,
    read: (wire: unknown) => T,
  ) {
    const answer = await exchange.send(call, request, signal);
    if (!isSuccess(answer)) throw exchange.refusal(call, answer);
    return readBody(call, answer, read);
  }

  async function write<T extends KubernetesObject>(
    call: Call,
    type: ResourceType<T>,
    request: Pick<HttpRequest, 'method' | 'path' | 'contentType'> & { isRepeatable?: boolean; content: unknown },
    { isDryRun, signal }: WriteOptions,
  ): Promise<T> {
    const { content, path, ...rest } = request;
    const parameters = { fieldValidation: 'Strict', dryRun: isDryRun === true ? 'All' : undefined };
    return await askFor(
      call,
      { isRepeatable: true, ...rest, path: withParameters(path, parameters), body: writeJson(content) },
      signal,
      type.parse,
    );
  }

  async function listPage<T extends KubernetesObject>(
    type: ResourceType<T>,
    query: ListQuery,
    signal: AbortSignal | undefined,
  ): Promise<Page<T>> {
    const path = withParameters(collectionPath(type, query.namespace), {
      ...selectorsOf(query),
      limit: query.limit,
      continue: query.continueToken,
    });
    const call: Call = { verb: 'list', type, target: { namespace: query.namespace } };
    return await askFor(call, { method: 'GET', path, isRepeatable: true }, signal, (wire) => readPage(type, wire));
  }

  return {
    async get(type, ref, { signal } = {}) {
      const call: Call = { verb: 'get', type, target: ref };
      const request: HttpRequest = { method: 'GET', path: objectPath(type, ref), isRepeatable: true };
      const answer = await exchange.send(call, request, signal);
      if (isObjectAbsent(answer)) return undefined;
      if (!isSuccess(answer)) throw exchange.refusal(call, answer);
      return readBody(call, answer, type.parse);
    },

    async list(type, query = {}, { signal } = {}) {
      return await listPage(type, query, signal);
    },

    async create(type, draft, options = {}) {
      const { name, namespace } = draft.metadata;
      const target = { name: name ?? draft.metadata.generateName, namespace };
      requireNamespace(type, target);
      // The server would generate a second name for the same draft; a review or a named object is the same twice.
      const isSameTwice = name !== undefined || draft.metadata.generateName === undefined;
      const isRepeatable = isSameTwice && options.isSentOnce !== true;
      const request = { method: 'POST', path: collectionPath(type, namespace), isRepeatable, content: draft } as const;
      return await write({ verb: 'create', type, target }, type, request, options);
    },

    async replace(type, object, options = {}) {
      const { name, namespace } = object.metadata;
      const path = objectPath(type, { name, namespace }, options.subresource);
      const call: Call = { verb: 'replace', type, target: { name, namespace } };
      return await write(call, type, { method: 'PUT', path, content: object }, options);
    },

    async patch(type, ref, patch, options = {}) {
      const path = objectPath(type, ref, options.subresource);
      const contentType = 'application/merge-patch+json';
      const call: Call = { verb: 'patch', type, target: ref };
      return await write(call, type, { method: 'PATCH', path, contentType, content: patch }, options);
    },

    async delete(type, ref, options = {}) {
      const call: Call = { verb: 'delete', type, target: ref };
      const body = writeJson(deleteOptionsOf(options));
      const request: HttpRequest = { method: 'DELETE', path: objectPath(type, ref), body, isRepeatable: true };
      const answer = await exchange.send(call, request, options.signal);
      if (!isSuccess(answer) && !isObjectAbsent(answer)) throw exchange.refusal(call, answer);
    },
  };
}

function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

export function selectorsOf({
  labelSelector,
  fieldSelector,
}: ListQuery): Pick<ListQuery, 'labelSelector' | 'fieldSelector'> {
  return { labelSelector, fieldSelector };
}

function deleteOptionsOf(options: DeleteOptions): object {
  const { uid, resourceVersion, propagationPolicy, isDryRun } = options;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
    propagationPolicy,
    ...(isDryRun === true ? { dryRun: ['All'] } : {}),
  };
}

/** Items of built-in kinds come without their apiVersion and kind, which the list states once. */
function readPage<T extends KubernetesObject>(type: ResourceType<T>, wire: unknown): Page<T> {
  const { items, metadata } = listShape.parse(wire);
  for (const item of items) dropManagedFields(item);
  const page = {
    items: items.map((item) => type.parse({ apiVersion: apiVersionOf(type), kind: type.kind, ...item })),
    resourceVersion: metadata.resourceVersion,
  };
  const hasMore = metadata.continue !== undefined && metadata.continue !== '';
  return hasMore ? { ...page, continueToken: metadata.continue } : page;
}

function readBody<T>(call: Call, answer: Answer, read: (wire: unknown) => T): T {
  let wire: unknown;
  try {
    wire = parseJson(answer.body);
  } catch (cause) {
    throw new SoteriaError(
      'cluster_unavailable',
      {
        what: whatFailed(call),
        why: `the answer ${answer.status} is not JSON: something between here and the API server answered in its place`,
        fix: 'check the address of the API server and any proxy before it, then ask again',
      },
      { cause },
    );
  }
  return parseWith(call, read, wire);
}

/**
 * Who wrote which field last is about half of every object, and nothing here reads it. The server keeps what it knows when a write
 * leaves it out.
 */
function dropManagedFields(wire: unknown): void {
  if (typeof wire !== 'object' || wire === null || !('metadata' in wire)) return;
  const { metadata } = wire;
  if (typeof metadata === 'object' && metadata !== null && 'managedFields' in metadata) delete metadata.managedFields;
}

export function parseWith<T>(call: Call, read: (wire: unknown) => T, wire: unknown): T {
  dropManagedFields(wire);
  try {
    return read(wire);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const places = cause.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).slice(0, 5);
    throw new SoteriaError(
      'internal',
      {
        what: whatFailed(call),
        why: `an object of the cluster has a shape this version of Soteria cannot read (${places.join('; ')})`,
        fix: 'check that Soteria supports the version of the component that made the object',
      },
      { cause },
    );
  }
}
