/**
 * The port to a Kubernetes API server: six verbs over typed resource descriptors.
 * Adapters: `http-client.ts` (a real API server), `memory-cluster.ts` (the in-memory fake). One contract suite runs on both.
 *
 * Absence is `undefined`, never a throw. Every other refusal is a SoteriaError:
 * `cluster_conflict` (409 on a write: resourceVersion or uid precondition failed), `name_conflict` (409 AlreadyExists on create),
 * `not_found` (404 on replace, patch and on create into a missing namespace), `namespace_terminating` (403 on create into a namespace
 * that is being deleted), `cluster_refused` (400/422, with the server's own field causes), `cluster_forbidden` (403),
 * `cluster_unauthenticated` (401), `rate_limited` (429), `cluster_expired` (410), `cluster_unavailable` (5xx, network, time-out).
 */
import type { KubernetesObject, ObjectMeta, ResourceType } from './resource-type.ts';

export interface ObjectRef {
  readonly name: string;
  /** Required for namespaced resources, left out for cluster-scoped ones. */
  readonly namespace?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListQuery {
  /** Left out: all namespaces (or a cluster-scoped resource). */
  readonly namespace?: string | undefined;
  /** Kubernetes syntax, for example `soteria.dev/watch=backup,app in (a,b),!x`. */
  readonly labelSelector?: string | undefined;
  /** Kubernetes syntax, for example `status.phase=Running`. */
  readonly fieldSelector?: string | undefined;
  /** Page size; without it the server decides. */
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Version of the whole list: the point a watch can start from. */
  readonly resourceVersion: string;
  /** Present when there is more. */
  readonly continueToken?: string | undefined;
}

export interface WatchQuery extends Omit<ListQuery, 'limit' | 'continueToken'> {
  /** Start after this version; without it the adapter lists first and yields one `resync`. */
  readonly resourceVersion?: string | undefined;
  /** False: a `resync` carries no objects, and however many there are, none is read. */
  readonly isListed?: boolean | undefined;
}

/**
 * `resync` carries the complete present list: it comes first when no resourceVersion was given, and again whenever history was
 * lost (410 Gone); what the consumer knew and the list does not hold has been deleted.
 */
export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'resync'; readonly objects: readonly T[]; readonly resourceVersion: string };

export interface WriteOptions extends CallOptions {
  /** Server-side dry run: validated and admitted, not stored. */
  readonly isDryRun?: boolean | undefined;
  /** A create that is never sent again when its answer was lost: the first may have made the object, which may be gone by now. */
  readonly isSentOnce?: boolean | undefined;
}

export interface SubresourceWriteOptions extends WriteOptions {
  readonly subresource?: 'status' | undefined;
}

export interface DeleteOptions extends WriteOptions {
  /** Delete only this very object; otherwise `cluster_conflict`. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** What one posts: metadata needs a name or a generateName, the server fills in the rest. */
export type Draft<T extends KubernetesObject> = Omit<T, 'metadata' | 'status'> & {
  metadata: Partial<ObjectMeta>;
};

/** RFC 7386; `metadata.resourceVersion` and `metadata.uid` inside it are preconditions. */
export type MergePatch = Readonly<Record<string, unknown>>;

export interface KubernetesClient {
  get<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T | undefined>;
  list<T extends KubernetesObject>(type: ResourceType<T>, query?: ListQuery, options?: CallOptions): Promise<Page<T>>;
  create<T extends KubernetesObject>(type: ResourceType<T>, draft: Draft<T>, options?: WriteOptions): Promise<T>;
  /** `metadata.resourceVersion` of the object is the precondition. */
  replace<T extends KubernetesObject>(type: ResourceType<T>, object: T, options?: SubresourceWriteOptions): Promise<T>;
  patch<T extends KubernetesObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: MergePatch,
    options?: SubresourceWriteOptions,
  ): Promise<T>;
  /** Deleting what is not there is success. */
  delete<T extends KubernetesObject>(type: ResourceType<T>, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
}

/** What the console and the local product need besides: no other function watches, because events wake it. Adapter: `watching-client.ts`. */
export interface WatchingClient extends KubernetesClient {
  /** Endless until the signal aborts; resumes by itself after a broken connection. */
  watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    query?: WatchQuery,
    options?: CallOptions,
  ): AsyncIterable<WatchEvent<T>>;
}

/** Follows the continue tokens to the end; a list that expires on the way (410) throws `cluster_expired`, never ends short. */
export async function* listAll<T extends KubernetesObject>(
  client: KubernetesClient,
  type: ResourceType<T>,
  query: Omit<ListQuery, 'continueToken'> = {},
  options: CallOptions = {},
): AsyncGenerator<T> {
  let continueToken: string | undefined;
  do {
    const page = await client.list(type, { limit: 500, ...query, continueToken }, options);
    yield* page.items;
    continueToken = page.continueToken;
  } while (continueToken !== undefined);
}
