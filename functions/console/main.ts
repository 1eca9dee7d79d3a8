/** Composition root of the function `console`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { join } from 'node:path';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { readSeldom } from '@soteria/shared/settings/read-seldom.ts';
import { loadConnection } from '@soteria/shared/kubernetes/connect.ts';
import { defineConsole } from './app.ts';
import { readConsoleSettings } from './config.ts';
import { createConsoleTools } from './create-tools.ts';
import { createConsoleAuthenticate } from './who/authenticate.ts';

async function main(): Promise<void> {
  const settings = readConsoleSettings(process.env);
  const running = await startFunction({
    name: 'console',
    settings,
    authenticate: (usual) => createConsoleAuthenticate(usual, settings),
    // What is passed on may wait for a cold start, and then for the other function's own deadline.
    deadlineMs: 120_000,
    definition: (tools) => {
      const { client, now } = tools;
      const { namespace, longhornNamespace } = settings;
      // Anybody may scrape, and each scrape reads what the whole cluster has stored.
      const seldom = { maxAgeMs: 10_000, maxWaitMs: 60_000, now };
      tools.metrics.alsoExpose(
        readSeldom(async () => {
          const { readGauges } = await import('./metrics/claim-gauges.ts');
          return readGauges(client, namespace, now);
        }, seldom),
      );
      tools.metrics.alsoExpose(
        readSeldom(async () => {
          const { readClusterGauges } = await import('./metrics/cluster-gauges.ts');
          return readClusterGauges({ client, namespace, longhornNamespace, now });
        }, seldom),
      );
      return defineConsole(
        createConsoleTools({
          ...tools,
          // Beside this file in the bundle.
          pageFolder: join(import.meta.dirname, 'page/dist'),
          documentsFolder: join(import.meta.dirname, 'page/documents'),
          watching: async () => {
            const { createWatchingClient } = await import('@soteria/shared/kubernetes/watching-client.ts');
            return createWatchingClient(await loadConnection(tools.settings.cluster));
          },
        }),
      );
    },
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
