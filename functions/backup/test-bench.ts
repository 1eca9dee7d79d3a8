/** The function `backup` with all its doors over the in-memory cluster and the fake Longhorn, for this folder's tests. */
import { randomUUID } from 'node:crypto';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { createFakeLonghorn } from '@soteria/shared/longhorn/fake.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createLonghornBackups, longhornDecisions } from '../../drivers/longhorn/backup/driver.ts';
import type { BackupDrivers } from '../../drivers/backup/driver.ts';
import type { Situation } from '../../drivers/longhorn/backup/situation.ts';
import { defineBackup } from './app.ts';
import { decideBackup as decideWith } from './claim/decide-backup.ts';
import type { BackupTools } from './tools.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import {
  claim,
  claimNamed,
  persistentVolume,
  rules,
  slotLimits,
  volume,
} from '../../drivers/longhorn/backup/fixtures.ts';

export const silent: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};

type DriverParts = Pick<BackupTools, 'cluster' | 'now'>;

export const decideBackup = (situation: Situation) => decideWith(longhornDecisions, situation);

/** `moreDrivers`: beside Longhorn in the table. */
export function createTestBench(moreDrivers: (parts: DriverParts) => Partial<BackupDrivers> = () => ({})) {
  let time = Date.parse('2026-01-31T01:30:01Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria'],
    kinds: [customKind(operations, { selectableFields: ['status.phase', 'status.settled'] })],
  });
  cluster.seed({ ...claim }, { ...persistentVolume });
  const longhorn = createFakeLonghorn({ now });
  longhorn.volumes.add({ ...volume });
  const store = createOperationStore(cluster.client);
  const announced: string[] = [];
  const parts = {
    store,
    cluster: createClusterReader(cluster.client, 'cluster-1'),
    now,
    checkReachability: () => Promise.resolve({ isReachable: true }),
  };
  const driver = createLonghornBackups({ ...parts, longhorn });
  const tools: BackupTools = {
    ...parts,
    drivers: { longhorn: driver, ...moreDrivers(parts) },
    announce: (operation, fact) => {
      announced.push(`${operation.metadata.name} ${fact}`);
      return Promise.resolve();
    },
    slots: createSlots({ client: cluster.client, namespace: 'soteria', limits: slotLimits, now }),
    keepAwake: () => Promise.resolve(),
    wakeOther: () => Promise.resolve(),
    authorize: () => Promise.resolve(),
    verified: createVerifiedPoints(cluster.client, 'soteria'),
    rules,
    inTurn: createOneAtATime(),
    line: createWaitingLine({ store, now }),
    memory: rememberKnown(),
    settings: { driver: 'longhorn', authRequired: true },
  };
  const app = checkedApp(
    createFunction(defineBackup(tools), {
      authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
      log: silent,
      metrics: createMetrics(),
      now,
      settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
    }),
  );
  const pass = (ms: number): void => {
    time += ms;
  };
  const addClaim = (name: string): void => {
    const more = claimNamed(name);
    cluster.seed({ ...more.claim }, { ...more.persistentVolume });
    longhorn.volumes.add(more.volume);
  };
  /** As the console does it: the wish is stored, and an event asks this function to look. */
  const cancel = async (name: string): Promise<Response> => {
    await store.requestCancel({ namespace: 'shop', name });
    const attributes = { 'ce-specversion': '1.0', 'ce-id': randomUUID(), 'ce-source': '/soteria/console' };
    return app.request('/', {
      method: 'POST',
      headers: { ...attributes, 'ce-type': 'dev.soteria.operation.due.v1', 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: 'shop', name, kind: 'Backup' }),
    });
  };
  const { slots } = tools;
  return { slots, cancel, tools, parts, driver, addClaim, app, cluster, store, longhorn, announced, now, pass };
}
