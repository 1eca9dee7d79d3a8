/** Composition root of the function `notify`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { createCoverageStore } from '@soteria/shared/coverage/coverage-store.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { defineNotify } from './app.ts';
import { readNotifyFunctionSettings } from './config.ts';
import { createOpenSource } from './look/open-source.ts';
import { createNoticeRecords } from './record/notice-record.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: 'notify',
    settings: readNotifyFunctionSettings(process.env),
    definition: ({ client, authorize, now, settings: { namespace } }) =>
      defineNotify({
        client,
        store: createOperationStore(client),
        coverage: createCoverageStore(client, namespace),
        records: createNoticeRecords(client, namespace),
        openSource: createOpenSource(client, namespace),
        authorize,
        namespace,
        now,
      }),
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
