/** The function `notify` with all its doors over the in-memory cluster, for this folder's tests. Channels are real: a test starts a receiver on this machine. */
import { createCoverageStore, type Coverage } from '@soteria/shared/coverage/coverage-store.ts';
import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { secrets } from '@soteria/shared/kubernetes/core-types.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createLog } from '@soteria/shared/log/log.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { defineNotify } from './app.ts';
import { createOpenSource, openSourceName } from './look/open-source.ts';
import { createNoticeRecords } from './record/notice-record.ts';
import { notifySecretName } from './settings/read-notify-settings.ts';

const namespace = 'soteria';

/** By `namespace/claim`. */
export type ClaimsOfTest = Readonly<Record<string, CoverageRecord & { readonly newestAt?: string }>>;

/** Enough for every fact that wakes it; none of it is believed. */
const anyFact = {
  operation: 'b1',
  namespace: 'db',
  pvc: 'data',
  since: '2026-03-15T11:00:00Z',
  policy: 'nightly',
  deleted: 0,
  driver: 'any',
};

export interface TestBenchOptions {
  /** Stands between the function and the cluster. */
  readonly clientOf?: (client: KubernetesClient) => KubernetesClient;
}

export function createTestBench({ clientOf = (client) => client }: TestBenchOptions = {}) {
  let time = Date.parse('2026-03-15T12:00:00Z');
  let events = 0;
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: [namespace],
    kinds: [customKind(operations), customKind(pingSources)],
  });
  const logged: string[] = [];

  /** Another process of the same function. */
  function start(client = clientOf(cluster.client)) {
    return checkedApp(
      createFunction(
        defineNotify({
          client,
          store: createOperationStore(client),
          coverage: createCoverageStore(client, namespace),
          records: createNoticeRecords(client, namespace),
          openSource: createOpenSource(client, namespace, () => Promise.resolve()),
          authorize: () => Promise.resolve(),
          namespace,
          now,
        }),
        {
          authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
          log: createLog({ write: (line) => logged.push(line), now }),
          metrics: createMetrics(),
          now,
          settings: { unsignedEvents: 'all', maxBodyBytes: 65_536, deadlineMs: 30_000 },
        },
      ),
    );
  }

  const app = start();
  const coverage = createCoverageStore(cluster.client, namespace);

  async function deliver(type = 'dev.knative.sources.ping', to = app): Promise<number> {
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': `e-${(events += 1)}`,
      'ce-source': '/test',
      'ce-time': now().toISOString(),
      'ce-type': type,
    };
    const answer = await to.request('/', { method: 'POST', headers, body: JSON.stringify(anyFact) });
    return answer.status;
  }

  async function setSecret(data: Readonly<Record<string, string>>): Promise<void> {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const ref = { namespace, name: notifySecretName };
    await cluster.client.delete(secrets, ref);
    await cluster.client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: ref, data: encoded });
  }

  async function setClaims(claims: ClaimsOfTest): Promise<void> {
    const records = new Map<string, Map<string, CoverageRecord>>();
    const newest = new Map<string, Date>();
    for (const [name, { newestAt, ...record }] of Object.entries(claims)) {
      const [of = '', pvc = ''] = name.split('/');
      records.set(of, (records.get(of) ?? new Map<string, CoverageRecord>()).set(pvc, record));
      if (newestAt !== undefined) newest.set(name, new Date(newestAt));
    }
    const next: Coverage = { records, newestAt: (of, pvc) => newest.get(`${of}/${pvc}`) };
    await coverage.write(await coverage.read(), next);
  }

  return {
    app,
    start,
    cluster,
    client: cluster.client,
    now,
    logged,
    deliver,
    setSecret,
    setClaims,
    pass: (ms: number): void => void (time += ms),
    isOpenSourceThere: async (): Promise<boolean> =>
      (await cluster.client.get(pingSources, { namespace, name: openSourceName })) !== undefined,
  };
}
