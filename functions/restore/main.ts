/** Composition root of the function `restore`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { createBackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createNodeRooms } from '@soteria/shared/longhorn/node-room.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { keepAdopted } from '@soteria/shared/settings/adopted-clusters.ts';
import { createBusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createAnnounce } from './announce.ts';
import { defineRestore } from './app.ts';
import { createClaims } from './claims.ts';
import { readRestoreSettings } from './config.ts';
import { functionName } from './longhorn/about-operation.ts';
import { createProofJobs } from './proof/proof-jobs.ts';
import { createTestBudget } from './proof/test-budget.ts';
import { createSelfTestAnnounce } from './self-test/announce-self-test.ts';
import { createLonghornInstallation } from './self-test/longhorn-installation.ts';
import { createVerdicts } from './self-test/verdicts.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: functionName,
    settings: readRestoreSettings(process.env),
    definition: ({ client, authorize, publisher, log, now, settings }) =>
      defineRestore({
        store: createOperationStore(client),
        longhorn: createLonghorn(client, { namespace: settings.longhornNamespace }),
        restores: createLonghornRestores(client, { namespace: settings.longhornNamespace }),
        images: createBackingImages(client, { namespace: settings.longhornNamespace }),
        rooms: createNodeRooms(client, { namespace: settings.longhornNamespace }),
        cluster: createClusterReader(client, settings.clusterId, settings.namespace, now),
        claims: createClaims(client),
        proofs: createProofJobs(client),
        verified: createVerifiedPoints(client, settings.namespace),
        announce: createAnnounce({ publisher, log }),
        budget: createTestBudget({
          client,
          namespace: settings.namespace,
          limitBytes: settings.rules.maxTestBytesPerDay,
          now,
        }),
        slots: createSlots({ client, namespace: settings.namespace, limits: settings.slotLimits, now }),
        keepAwake: createKeepAwake(createBusySweep(client, settings.namespace), log),
        wakeOther: (operation, causationId, signal) => publishDue(publisher, operation, { causationId }, signal),
        authorize,
        longhornNamespace: settings.longhornNamespace,
        selfTest: {
          rules: settings.selfTestRules,
          longhorn: createLonghornInstallation(client, { namespace: settings.longhornNamespace }),
          verdicts: createVerdicts(client, settings.namespace),
          announce: createSelfTestAnnounce({ publisher, log }),
        },
        adoptions: { keep: (cluster, signal) => keepAdopted(client, settings.namespace, cluster, signal) },
        rules: settings.rules,
        now,
        inTurn: createOneAtATime(),
        line: createWaitingLine({ store: createOperationStore(client), now }),
        memory: rememberKnown(),
      }),
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
