/** What the contract's parts share: the cluster they run on, and the few things they all make. Only tests import this. */
import { expect, onTestFinished } from 'vitest';
import { SoteriaError, type ErrorCode } from '../../errors.ts';
import type { WatchingClient, WatchEvent, WatchQuery } from '../../kubernetes/client.ts';
import { configMaps, type ConfigMap } from '../../kubernetes/core-types.ts';

export interface ContractContext {
  readonly client: WatchingClient;
  /** Fresh for every context. A controller may put objects of its own into it. */
  readonly namespace: string;
  /** True where the CustomResourceDefinition of operations is installed. */
  readonly hasOperations: boolean;
  readonly stop?: (() => Promise<void>) | undefined;
}

/** On every object of the contract, because a namespace may hold others (`kube-root-ca.crt`). */
export const suiteLabel = { 'soteria.dev/suite': 'contract' };
export const suiteSelector = 'soteria.dev/suite=contract';

export interface ConfigMapContent {
  readonly labels?: Record<string, string>;
  readonly finalizers?: string[];
  readonly data?: Record<string, string>;
}

export function configMapDraft(namespace: string, name: string, { labels, finalizers, data }: ConfigMapContent = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { ...suiteLabel, ...labels },
      ...(finalizers === undefined ? {} : { finalizers }),
    },
    data: data ?? { color: 'red' },
  };
}

export async function createConfigMap(
  { client, namespace }: ContractContext,
  name: string,
  content: ConfigMapContent = {},
): Promise<ConfigMap> {
  return await client.create(configMaps, configMapDraft(namespace, name, content));
}

export async function expectRefusal(code: ErrorCode, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    (value) => ({ value }),
    (thrown: unknown) => (thrown instanceof SoteriaError ? thrown.code : { thrown }),
  );
  expect(outcome).toBe(code);
}

export interface WatchReader {
  /** The next event as `added a`, `deleted b`, `resync a b` (sorted). */
  next(): Promise<string>;
  nextEvent(): Promise<IteratorResult<WatchEvent<ConfigMap>>>;
  abort(): void;
}

/** Watches the contract's ConfigMaps in the context's namespace; ends with the test. */
export function readWatch(context: ContractContext, query: Omit<WatchQuery, 'namespace'>): WatchReader {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { client, namespace } = context;
  const watched = client.watch(
    configMaps,
    { labelSelector: suiteSelector, ...query, namespace },
    { signal: controller.signal },
  );
  const events = watched[Symbol.asyncIterator]();
  const nextEvent = async () => await events.next();
  return {
    nextEvent,
    abort: () => controller.abort(),
    async next() {
      const { done, value } = await nextEvent();
      if (done === true) return 'end';
      if (value.type !== 'resync') return `${value.type} ${value.object.metadata.name}`;
      return ['resync', ...value.objects.map(({ metadata }) => metadata.name).toSorted()].join(' ');
    },
  };
}

/** The instant to watch from. */
export async function presentVersion({ client, namespace }: ContractContext): Promise<string> {
  return (await client.list(configMaps, { namespace, labelSelector: suiteSelector })).resourceVersion;
}
