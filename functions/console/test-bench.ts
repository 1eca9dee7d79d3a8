/** The function `console` with all its doors over the in-memory cluster, for this folder's tests. */
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { defineConsole } from './app.ts';
import { createPageFiles } from './page-files/read-page-files.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

export interface TestBenchOptions {
  /** Left out: the page is not built. */
  readonly pageFolder?: string;
}

export function createTestBench({ pageFolder = '/nowhere' }: TestBenchOptions = {}) {
  const now = () => new Date('2026-03-15T12:00:00Z');
  const cluster = createMemoryCluster({ now, namespaces: ['soteria'] });
  const app = checkedApp(
    createFunction(
      defineConsole({
        isPaused: (signal) => readPaused(cluster.client, 'soteria', signal),
        pageFiles: createPageFiles(pageFolder),
      }),
      {
        authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
        log: silent,
        metrics: createMetrics(),
        now,
        settings: { unsignedEvents: 'all', maxBodyBytes: 65_536, deadlineMs: 5_000 },
      },
    ),
  );
  return { app, cluster, client: cluster.client, now };
}
