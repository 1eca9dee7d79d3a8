/** The function `b2-usage` with all its doors over the in-memory cluster and a bucket in memory, for this folder's tests. */
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import { createLog } from '@soteria/shared/log/log.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { defineUsage } from './app.ts';
import type { LonghornView } from './attribute/attribution.ts';
import type { BucketSource, OnCall } from './bucket/port.ts';
import { readUsageSettings, type UsageSettings } from './config.ts';
import { createListingJobs } from './listing-job/listing-jobs.ts';
import { createUsageStore } from './record/usage-store.ts';
import type { UsageReport } from './report/build-report.ts';
import { defaultPace, type OpenSource, type StepPace, type UsageTools } from './tools.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function noStore(): never {
  throw new Error('the test has no store');
}

export const configured = { SOTERIA_B2_KEY_ID: 'key', SOTERIA_B2_APPLICATION_KEY: 'secret-secret' };

export interface TestBenchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly source?: () => BucketSource;
  readonly longhorn?: LonghornView | undefined;
  readonly pace?: Partial<StepPace>;
  /** A store behind real connections, used instead of `source`. */
  readonly openSource?: (settings: UsageSettings, onCall: OnCall) => OpenSource;
  readonly writeLog?: (line: string) => void;
}

export function createTestBench(options: TestBenchOptions) {
  let time = Date.parse('2026-03-15T12:00:00Z');
  let ids = 0;
  const now = () => new Date(time);
  const cluster = createMemoryCluster({ now, namespaces: ['soteria'] });
  const sent: OutgoingEvent[] = [];
  const settings: UsageSettings = readUsageSettings(options.env ?? configured);
  const { source } = options;
  const usage = createUsageStore(cluster.client, 'soteria');
  const { openSource, writeLog } = options;
  const log = writeLog === undefined ? silent : createLog({ write: writeLog, now });
  const answers: string[] = [];
  const tools: UsageTools = {
    settings,
    usage,
    listingJobs: createListingJobs(cluster.client, 'soteria'),
    isPaused: (signal) => readPaused(cluster.client, 'soteria', signal),
    authorize: () => Promise.resolve(),
    publisher: {
      publish: (event) => {
        sent.push(event);
        return Promise.resolve();
      },
    },
    readLonghorn: () => Promise.resolve(options.longhorn),
    openSource:
      settings.store === undefined || (source === undefined && openSource === undefined)
        ? undefined
        : async (onCall) =>
            source === undefined
              ? (openSource ?? noStore)(settings, onCall)
              : { source: source(), close: () => undefined },
    now,
    newId: () => `m-${(ids += 1)}`,
    pace: { ...defaultPace, ...options.pace },
  };
  const app = checkedApp(
    createFunction(defineUsage(tools), {
      authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
      log,
      metrics: createMetrics(),
      now,
      settings: { unsignedEvents: 'all', maxBodyBytes: 65_536, deadlineMs: 5_000 },
    }),
  );

  async function deliver(type: string, data: unknown = {}): Promise<number> {
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': `e-${sent.length}-${time}`,
      'ce-source': '/test',
      'ce-time': now().toISOString(),
      'ce-type': type,
    };
    const answer = await app.request('/', { method: 'POST', headers, body: JSON.stringify(data) });
    answers.push(await answer.text());
    return answer.status;
  }

  return {
    app,
    cluster,
    client: cluster.client,
    settings,
    tools,
    /** Bodies of the answers to events. */
    answers,
    usage,
    sent,
    now,
    deliver,
    ping: () => deliver('dev.knative.sources.ping'),
    pass: (ms: number): void => void (time += ms),
    report: async (query = ''): Promise<UsageReport> =>
      (await (await app.request(`/v1/b2${query}`)).json()) as UsageReport,
  };
}
