/** Composition root of the function `policy-tick`; only this file exits the process. */
import { readFunctionSettings } from '@soteria/shared/config/function-settings.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createOperationStore } from '@soteria/shared/operation/store.ts';
import { definePolicyTick } from './app.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: 'policy-tick',
    settings: readFunctionSettings(process.env),
    definition: ({ client, publisher, now, settings }) =>
      definePolicyTick({ client, store: createOperationStore(client), publisher, namespace: settings.namespace, now }),
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
