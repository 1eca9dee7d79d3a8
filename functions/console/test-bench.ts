/** The function `console` with all its doors over the in-memory cluster, for this folder's tests. */
import { fileURLToPath } from 'node:url';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { fakeReviews } from '@soteria/shared/function/testing/fake-reviews.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import { createAuthenticate } from '@soteria/shared/identity/authenticate.ts';
import { createAuthorize } from '@soteria/shared/identity/authorize.ts';
import type { Caller } from '@soteria/shared/identity/caller.ts';
import type { Draft, KubernetesClient, WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { backups, backupTargets, backupVolumes } from '@soteria/shared/longhorn/resource-types.ts';
import { operations, type OperationSpec, type OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { defineConsole } from './app.ts';
import { readConsoleSettings } from './config.ts';
import { createConsoleTools } from './create-tools.ts';
import { type StreamLimits, streamLimits } from './stream/open-stream.ts';
import { createConsoleAuthenticate } from './who/authenticate.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

type RecordedWhere = Partial<OperationSpec> & { readonly namespace?: string };

export interface TestBenchOptions {
  /** Left out: the page is not built. */
  readonly pageFolder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly caller?: Caller;
  /** Instead of `caller`: whoever asks proves it, as at the real door. */
  readonly tokens?: Readonly<Record<string, { readonly username: string; readonly groups?: readonly string[] }>>;
  /** `user verb namespace` of what is allowed. */
  readonly grants?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Throws what the sink refuses an event with. */
  readonly onPublish?: (event: OutgoingEvent) => void;
  readonly stopping?: AbortSignal;
  readonly limits?: Partial<StreamLimits>;
  /** What watches, in place of the cluster. */
  readonly watching?: Pick<WatchingClient, 'watch'>;
  /** What a list of this kind is refused with. */
  readonly refuseList?: (kind: string) => Error | undefined;
}

const documentsFolder = fileURLToPath(new URL('../../docs', import.meta.url));
const anonymous: Caller = { user: 'anonymous', groups: [], proof: 'none' };

export function createTestBench(options: TestBenchOptions = {}) {
  const {
    pageFolder = '/nowhere',
    env = {},
    caller = anonymous,
    grants = [],
    namespaces = ['shop', 'media'],
  } = options;
  let time = Date.parse('2026-03-15T12:00:00Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['soteria', 'longhorn-system', ...namespaces],
    kinds: [
      customKind(operations, { selectableFields: ['status.phase', 'status.settled', 'spec.kind'] }),
      customKind(backups),
      customKind(backupVolumes),
      customKind(backupTargets),
    ],
  });
  const reviews = fakeReviews({ grants, ...(options.tokens === undefined ? {} : { tokens: options.tokens }) });
  const client: KubernetesClient = {
    ...cluster.client,
    list: (type, query, call) => {
      const refusal = options.refuseList?.(type.kind);
      return refusal === undefined ? cluster.client.list(type, query, call) : Promise.reject(refusal);
    },
    create: <T extends KubernetesObject>(type: ResourceType<T>, draft: Draft<T>) =>
      type.kind.endsWith('Review') ? reviews.client.create(type, draft) : cluster.client.create(type, draft),
  };
  const settings = readConsoleSettings(env);
  const authorize = createAuthorize({ client, authRequired: settings.authRequired, now });
  const authenticate = createConsoleAuthenticate(createAuthenticate({ client, now, ...settings }), settings);
  const publisher = { publish: async (event: OutgoingEvent) => options.onPublish?.(event) };
  const parts = { client, authorize, publisher, settings, now };
  const tools = createConsoleTools({
    ...parts,
    pageFolder,
    documentsFolder,
    log: silent,
    stopping: options.stopping ?? new AbortController().signal,
    watching: () => Promise.resolve(options.watching ?? cluster.client),
    limits: { ...streamLimits, ...options.limits },
  });
  const unchecked = createFunction(defineConsole(tools), {
    authenticate: options.tokens === undefined ? () => Promise.resolve(caller) : authenticate,
    log: silent,
    metrics: createMetrics(),
    now,
    settings: { unsignedEvents: 'all', maxBodyBytes: 65_536, deadlineMs: 5_000 },
  });
  const store = createOperationStore(cluster.client);
  /** Records an Operation as its function would. */
  async function record(name: string, status: Partial<OperationStatus> = {}, where: RecordedWhere = {}) {
    const { namespace = 'shop', ...spec } = where;
    const made = await store.create({ namespace, name, spec: { kind: 'Backup', request: { pvc: 'data' }, ...spec } });
    return Object.keys(status).length === 0 ? made : store.replaceStatus(made, { ...statusOf(made), ...status });
  }
  return {
    app: checkedApp(unchecked),
    /** For answers of another function that stands behind, which a test makes up. */
    unchecked,
    record,
    store,
    tools,
    cluster,
    client,
    now,
    /** Kinds of the reviews that the API server was asked for. */
    reviewed: reviews.asked,
    pass: (ms: number): void => void (time += ms),
  };
}
