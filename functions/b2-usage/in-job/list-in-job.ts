/** The Job's program put together: settings → cluster and store → listing. */
import type { Environment } from '@soteria/shared/config/environment.ts';
import { createLog } from '@soteria/shared/log/log.ts';
import { connectToCluster } from '@soteria/shared/kubernetes/connect.ts';
import { openSource } from '../open-source.ts';
import { jobPatience } from '../bucket/try-again.ts';
import { readUsageSettings } from '../config.ts';
import { createUsageStore } from '../record/usage-store.ts';
import { jobPace } from '../tools.ts';
import { runListing } from './run-listing.ts';

/** The exit code. Throws `invalid_settings`. */
export async function listInJob(env: Environment, measurement: string): Promise<0 | 1> {
  const settings = readUsageSettings(env);
  const { store, namespace } = settings;
  const now = () => new Date();
  let isStopping = false;
  process.on('SIGTERM', () => (isStopping = true));
  return runListing(
    {
      settings,
      now,
      pace: jobPace,
      usage: createUsageStore(await connectToCluster(settings.cluster), namespace),
      openSource: store === undefined ? undefined : async (onCall) => openSource(store, onCall, jobPatience),
      isStopping: () => isStopping,
      log: createLog({
        write: (line) => void process.stdout.write(line),
        now,
        fields: { function: 'b2-usage', task: 'list' },
        secrets: store === undefined ? [] : [store.applicationKey],
      }),
      signal: new AbortController().signal,
    },
    measurement,
  );
}
