/** A mesh over an in-memory cluster, with the probe function behind every Service. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { expect, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import type { MeshActivity } from '../activity.ts';
import { startMesh } from '../start-mesh.ts';
import type { Mesh, MeshOptions } from '../start-mesh.ts';
import { probeFunction } from './probe-function.ts';

export const namespace = 'soteria';

const texts = z.record(z.string(), z.string());
const probeRequest = z.object({
  method: z.string(),
  path: z.string(),
  headers: texts,
  body: z.string(),
  env: texts,
  pid: z.number(),
  /** When the request came, in milliseconds since 1970. */
  at: z.number(),
});
export type ProbeRequest = z.infer<typeof probeRequest>;

type Kind<K extends MeshActivity['kind']> = Extract<MeshActivity, { readonly kind: K }>;

/** The requests that the Service's function has received so far, in order, without readiness checks. */
export function readProbeRequests(activities: readonly MeshActivity[], service: string): readonly ProbeRequest[] {
  return activities
    .flatMap((one) => (one.kind === 'log' && one.service === service && one.stream === 'stdout' ? [one.line] : []))
    .filter((line) => line.startsWith('{"method"'))
    .map((line) => probeRequest.parse(JSON.parse(line)))
    .filter(({ path }) => path !== '/readyz');
}

export interface MeshFixture {
  readonly mesh: Mesh;
  readonly cluster: MemoryCluster;
  readonly activities: readonly MeshActivity[];
  readonly all: <K extends MeshActivity['kind']>(kind: K) => readonly Kind<K>[];
  /** What that Service's function has received so far, in order. */
  readonly requests: (service: string) => readonly ProbeRequest[];
  /** The same, once there are this many: the output of a function may come later than its answer. */
  readonly received: (service: string, count: number) => Promise<readonly ProbeRequest[]>;
  /** Posts an event to the Broker `default` in binary mode; required attributes are filled in. */
  readonly publish: (attributes?: Readonly<Record<string, string>>, body?: string) => Promise<Response>;
}

export function createCluster(): MemoryCluster {
  const kinds = [
    ['serving.knative.dev', 'v1', 'Service', 'services'],
    ['eventing.knative.dev', 'v1', 'Broker', 'brokers'],
    ['eventing.knative.dev', 'v1', 'Trigger', 'triggers'],
    ['sources.knative.dev', 'v1', 'PingSource', 'pingsources'],
    ['sources.knative.dev', 'v1', 'ApiServerSource', 'apiserversources'],
    ['longhorn.io', 'v1beta2', 'Backup', 'backups'],
    ['longhorn.io', 'v1beta2', 'Snapshot', 'snapshots'],
    ['longhorn.io', 'v1beta2', 'Volume', 'volumes'],
    ['soteria.dev', 'v1alpha1', 'Operation', 'operations'],
  ] as const;
  return createMemoryCluster({
    namespaces: [namespace, 'longhorn-system'],
    kinds: kinds.map(([group, version, kind, plural]) =>
      customKind({ group, version, kind, plural, isNamespaced: true }),
    ),
  });
}

/** Stops with the test. */
export async function startFixture(
  objects: readonly JsonObject[],
  options: Partial<MeshOptions> = {},
  cluster = createCluster(),
): Promise<MeshFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'soteria-mesh-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'probe.mjs'), probeFunction);
  cluster.seed(...objects);
  const activities: MeshActivity[] = [];
  const mesh = await startMesh({
    client: cluster.client,
    namespace,
    functionCommand: (_service, args) => ({ command: process.execPath, args: [join(folder, 'probe.mjs'), ...args] }),
    functionEnv: () => Promise.resolve({ FROM_OUTSIDE: 'yes' }),
    onActivity: (activity) => void activities.push(activity),
    pace: { sleep: 20, retry: 20 },
    ...options,
  });
  onTestFinished(() => mesh.stop());
  const all = <K extends MeshActivity['kind']>(kind: K) =>
    activities.filter((activity): activity is Kind<K> => activity.kind === kind);
  const requests = (service: string) => readProbeRequests(activities, service);
  return {
    mesh,
    cluster,
    activities,
    all,
    requests,
    received: (service, count) =>
      eventually(() => {
        const soFar = requests(service);
        expect(soFar.length).toBeGreaterThanOrEqual(count);
        return soFar;
      }),
    publish: (attributes = {}, body = '{}') =>
      fetch(mesh.brokerUrl(namespace, 'default') ?? '', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...Object.fromEntries(
            Object.entries({ specversion: '1.0', id: 'e1', source: '/test', type: 'made', ...attributes }).map(
              ([name, value]) => [`ce-${name}`, value],
            ),
          ),
        },
        body,
      }),
  };
}

/** Waits until the expectation holds, at most ten seconds. */
export function eventually<T>(expectation: () => T): Promise<T> {
  return vi.waitFor(expectation, { timeout: 10_000, interval: 20 });
}

interface ServiceParts {
  readonly container?: JsonObject;
  readonly pod?: JsonObject;
  readonly scale?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function service(name: string, { container, pod, scale, annotations }: ServiceParts = {}): JsonObject {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name, namespace, annotations: annotations ?? {} },
    spec: {
      template: {
        metadata: {
          annotations: Object.fromEntries(
            Object.entries(scale ?? {}).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]),
          ),
        },
        spec: { ...pod, containers: [{ image: 'probe', ...container }] },
      },
    },
  };
}

export function broker(options: { readonly isAsync?: boolean; readonly delivery?: JsonObject } = {}): JsonObject {
  const annotations = options.isAsync === true ? { 'messaging.knative.dev/async-handler': 'true' } : {};
  const spec = options.delivery === undefined ? {} : { delivery: options.delivery };
  return {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Broker',
    metadata: { name: 'default', namespace, annotations },
    spec,
  };
}

export function serviceRef(name: string, uri?: string): JsonObject {
  return {
    ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name },
    ...(uri === undefined ? {} : { uri }),
  };
}

export const brokerRef = { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' } };

export function trigger(name: string, type: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name, namespace },
    spec: { broker: 'default', filters: [{ exact: { type } }], subscriber: serviceRef('probe'), ...spec },
  };
}
