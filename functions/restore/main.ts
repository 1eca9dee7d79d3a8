/** Composition root of the function `restore`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { keepAdopted } from '@soteria/shared/settings/adopted-clusters.ts';
import { createBusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createRestoreDrivers } from '../../drivers/drivers.ts';
import { createAnnounce } from './announce.ts';
import { defineRestore } from './app.ts';
import { createClaims } from '../../drivers/restore/claims.ts';
import { readRestoreSettings } from './config.ts';
import { functionName } from '../../drivers/restore/about-operation.ts';
import { createProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import { createTestBudget } from './proof/test-budget.ts';
import { createSelfTestAnnounce } from './self-test/announce-self-test.ts';
import { createLonghornInstallation } from './self-test/longhorn-installation.ts';
import { createVerdicts } from './self-test/verdicts.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: functionName,
    settings: readRestoreSettings(process.env),
    definition: ({ client, authorize, publisher, log, now, settings }) => {
      const wakeOther: WakeOther = (operation, causationId, signal) =>
        publishDue(publisher, operation, { causationId }, signal);
      const parts = {
        store: createOperationStore(client),
        cluster: createClusterReader(client, settings.clusterId, settings.namespace, now),
        claims: createClaims(client),
        proofs: createProofJobs(client),
        keepAwake: createKeepAwake(createBusySweep(client, settings.namespace), log),
        wakeOther,
        now,
      };
      return defineRestore({
        ...parts,
        drivers: createRestoreDrivers({ ...parts, client, settings }),
        verified: createVerifiedPoints(client, settings.namespace),
        announce: createAnnounce({ publisher, log }),
        budget: createTestBudget({
          client,
          namespace: settings.namespace,
          limitBytes: settings.rules.maxTestBytesPerDay,
          now,
        }),
        slots: createSlots({ client, namespace: settings.namespace, limits: settings.slotLimits, now }),
        authorize,
        longhornNamespace: settings.longhornNamespace,
        selfTest: {
          rules: settings.selfTestRules,
          longhorn: createLonghornInstallation(client, { namespace: settings.longhornNamespace }),
          port: createLonghorn(client, { namespace: settings.longhornNamespace }),
          restores: createLonghornRestores(client, { namespace: settings.longhornNamespace }),
          verdicts: createVerdicts(client, settings.namespace),
          announce: createSelfTestAnnounce({ publisher, log }),
        },
        adoptions: { keep: (cluster, signal) => keepAdopted(client, settings.namespace, cluster, signal) },
        rules: settings.rules,
        inTurn: createOneAtATime(),
        line: createWaitingLine({ store: parts.store, now }),
        memory: rememberKnown(),
      });
    },
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});
