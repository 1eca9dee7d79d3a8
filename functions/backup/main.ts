/** Composition root of the function `backup`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createBackupDrivers } from '../../drivers/drivers.ts';
import { createAnnounce } from './announce.ts';
import { defineBackup } from './app.ts';
import { readBackupSettings } from './config.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import { createBusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: 'backup',
    settings: readBackupSettings(process.env),
    definition: ({ client, authorize, publisher, log, now, settings }) => {
      const store = createOperationStore(client);
      const cluster = createClusterReader(client, settings.clusterId, settings.namespace, now);
      return defineBackup({
        store,
        cluster,
        drivers: createBackupDrivers({ client, store, cluster, now, settings }),
        announce: createAnnounce({ publisher, log }),
        slots: createSlots({ client, namespace: settings.namespace, limits: settings.slotLimits, now }),
        keepAwake: createKeepAwake(createBusySweep(client, settings.namespace), log),
        wakeOther: (operation, causationId, signal) => publishDue(publisher, operation, { causationId }, signal),
        authorize,
        verified: createVerifiedPoints(client, settings.namespace),
        rules: settings.rules,
        settings,
        now,
        inTurn: createOneAtATime(),
        line: createWaitingLine({ store, now }),
        memory: rememberKnown(),
      });
    },
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
