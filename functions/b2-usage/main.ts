/** Composition root of the function `b2-usage`, and of its Job that lists; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { randomUUID } from 'node:crypto';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { defineUsage } from './app.ts';
import { createReadLonghorn } from './attribute/read-longhorn.ts';
import { readUsageSettings } from './config.ts';
import { readReport } from './doors/usage-http.ts';
import { listTask } from './listing-job/listing-job.ts';
import { createListingJobs } from './listing-job/listing-jobs.ts';
import { createUsageStore } from './record/usage-store.ts';
import { exposeGauges } from './report/expose-gauges.ts';
import { defaultPace, type UsageTools } from './tools.ts';

async function main([task, measurement = '']: readonly string[]): Promise<void> {
  if (task === listTask)
    process.exit(await (await import('./in-job/list-in-job.ts')).listInJob(process.env, measurement));
  const running = await startFunction({
    name: 'b2-usage',
    settings: readUsageSettings(process.env),
    definition: ({ client, authorize, publisher, now, settings, metrics }) => {
      const { store, longhornNamespace, clusterId, namespace } = settings;
      const tools: UsageTools = {
        settings,
        authorize,
        publisher,
        now,
        newId: randomUUID,
        pace: defaultPace,
        usage: createUsageStore(client, namespace),
        listingJobs: createListingJobs(client, namespace),
        isPaused: (signal) => readPaused(client, namespace, signal),
        readLonghorn: createReadLonghorn(client, createClusterReader(client, clusterId, namespace), longhornNamespace),
        // Most requests read the record only.
        openSource:
          store === undefined
            ? undefined
            : async (onCall) => (await import('./open-source.ts')).openSource(store, onCall),
      };
      metrics.alsoExpose(async () => exposeGauges(await readReport(tools, now())));
      return defineUsage(tools);
    },
  });
  process.exit(await running.stopped);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
