/** The WatchingClient of an in-memory cluster: what one gets is a copy, and refusals read like a real API server's. */
import { statusOf } from './api-refusal.ts';
import { refusalOf, type Call } from '../../kubernetes/api-errors.ts';
import type {
  CallOptions,
  DeleteOptions,
  Draft,
  WatchingClient,
  ListQuery,
  MergePatch,
  ObjectRef,
  Page,
  SubresourceWriteOptions,
  WatchEvent,
  WatchQuery,
  WriteOptions,
} from '../../kubernetes/client.ts';
import { isRefusal, type CollectionPath, type ObjectPath } from './cluster-state.ts';
import { writeJson } from '../../kubernetes/json.ts';
import { applyMergePatch } from './merge-patch.ts';
import type { RawApi } from './raw-api.ts';
import { objectPath, requireNamespace } from '../../kubernetes/resource-path.ts';
import type { KubernetesObject, ResourceType } from '../../kubernetes/resource-type.ts';
import { asObject, copyJson, type WireObject } from './wire-object.ts';
import { watchMemory } from './memory-watch.ts';

type Type<T extends KubernetesObject> = ResourceType<T>;

export function createMemoryClient(api: RawApi): WatchingClient {
  return {
    async get<T extends KubernetesObject>(type: Type<T>, ref: ObjectRef, options: CallOptions = {}) {
      const call: Call = { verb: 'get', type, target: ref };
      const path = addressOf(call, ref);
      return attempt(call, options, () => {
        const found = api.find(path);
        return found === undefined ? undefined : read(type, found);
      });
    },

    async list<T extends KubernetesObject>(type: Type<T>, query: ListQuery = {}, options: CallOptions = {}) {
      return attempt({ verb: 'list', type, target: query }, options, (): Page<T> => {
        const { items, resourceVersion, continueToken } = api.list(collectionOf(type, query.namespace), query);
        const page = { items: items.map((item) => read(type, item)), resourceVersion };
        return continueToken === undefined ? page : { ...page, continueToken };
      });
    },

    watch<T extends KubernetesObject>(
      type: Type<T>,
      query: WatchQuery = {},
      options: CallOptions = {},
    ): AsyncIterable<WatchEvent<T>> {
      const source = { api, path: collectionOf(type, query.namespace), query, signal: options.signal };
      return convertErrors(
        { verb: 'watch', type, target: query },
        watchMemory(source, (object) => read(type, object)),
      );
    },

    async create<T extends KubernetesObject>(type: Type<T>, draft: Draft<T>, options: WriteOptions = {}) {
      const { name, namespace } = draft.metadata;
      const call: Call = { verb: 'create', type, target: { name, namespace } };
      requireNamespace(type, call.target);
      return attempt(call, options, () =>
        read(type, api.create(collectionOf(type, namespace), asObject(copyJson(draft)), options)),
      );
    },

    async replace<T extends KubernetesObject>(type: Type<T>, object: T, options: SubresourceWriteOptions = {}) {
      const { name, namespace } = object.metadata;
      const call: Call = { verb: 'replace', type, target: { name, namespace } };
      const path = addressOf(call, { name, namespace });
      return attempt(call, options, () => read(type, api.update(path, asObject(copyJson(object)), options)));
    },

    async patch<T extends KubernetesObject>(
      type: Type<T>,
      ref: ObjectRef,
      patch: MergePatch,
      options: SubresourceWriteOptions = {},
    ) {
      const call: Call = { verb: 'patch', type, target: ref };
      const path = addressOf(call, ref);
      return attempt(call, options, () => {
        const change = copyJson(patch);
        return read(
          type,
          api.patch(path, (current) => asObject(applyMergePatch(current, change)), options),
        );
      });
    },

    async delete<T extends KubernetesObject>(type: Type<T>, ref: ObjectRef, options: DeleteOptions = {}) {
      const call: Call = { verb: 'delete', type, target: ref };
      const path = addressOf(call, ref);
      attempt(call, options, () => {
        if (api.find(path) !== undefined) api.delete(path, options);
      });
    },
  };
}

function collectionOf(type: Type<KubernetesObject>, namespace: string | undefined): CollectionPath {
  return { group: type.group, version: type.version, plural: type.plural, namespace };
}

/** Throws `invalid_request` for what the HTTP adapter could not address either. */
function addressOf(call: Call, ref: ObjectRef): ObjectPath {
  objectPath(call.type, ref);
  const { group, version, plural } = call.type;
  return { group, version, plural, namespace: ref.namespace, name: ref.name };
}

function read<T extends KubernetesObject>(type: Type<T>, object: WireObject): T {
  return type.parse(copyJson(object));
}

function attempt<R>(call: Call, options: CallOptions, act: () => R): R {
  options.signal?.throwIfAborted();
  try {
    return act();
  } catch (thrown) {
    throw asClientError(call, thrown);
  }
}

async function* convertErrors<T>(call: Call, stream: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (thrown) {
    throw asClientError(call, thrown);
  }
}

function asClientError(call: Call, thrown: unknown): unknown {
  if (!isRefusal(thrown)) return thrown;
  const retryAfter = thrown.details?.retryAfterSeconds;
  const answer = { status: thrown.code, retryAfter: undefined, body: writeJson(statusOf(thrown)) };
  return refusalOf(call, answer, retryAfter === undefined ? undefined : retryAfter * 1000);
}
