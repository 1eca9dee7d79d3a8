/** One whole backup, wake-up by wake-up; what each of them asked of the API server. */
import type { Agent } from 'node:http';
import type { EventType } from '@soteria/shared/events/catalogue.ts';
import { toEventMessage } from '@soteria/shared/events/outgoing.ts';
import { post } from '../post-event.ts';
import { claim, type PlayedLonghorn } from './play-longhorn.ts';
import type { RequestLog } from './read-requests.ts';

export interface Wakeup {
  readonly cause: string;
  /** In order. */
  readonly requests: readonly string[];
}

export interface BackupRun {
  readonly wakeups: readonly Wakeup[];
  /** From the request's event to the Backup object, without what Longhorn takes: the two wake-ups up to it. */
  readonly untilBackupMs: number;
}

export interface RunOptions {
  readonly port: number;
  readonly agent: Agent;
  readonly longhorn: PlayedLonghorn;
  readonly progressUpdates: number;
  readonly signingSecret: string;
  readonly requests: RequestLog;
}

export async function runBackup(options: RunOptions): Promise<BackupRun> {
  const { port, agent, longhorn, progressUpdates, signingSecret, requests } = options;
  const wakeups: (Omit<Wakeup, 'requests'> & { readonly ms: number; readonly from: number; readonly to: number })[] =
    [];

  async function wake(cause: string, type: EventType, data: Readonly<Record<string, unknown>>): Promise<void> {
    const event = { id: crypto.randomUUID(), type, data };
    const message = await toEventMessage(event, { source: '/soteria/bench', now: new Date(), signingSecret });
    const from = requests.mark();
    const startedAt = performance.now();
    const status = await post(port, message, agent);
    const ms = performance.now() - startedAt;
    if (status !== 204) throw new Error(`the wake-up by ${cause} was answered ${status}`);
    wakeups.push({ cause, ms, from, to: requests.mark() });
  }
  const wakeByObject = (cause: string, kind: string, name: string) =>
    wake(cause, 'dev.knative.apiserver.ref.update', {
      apiVersion: 'longhorn.io/v1beta2',
      kind,
      namespace: 'longhorn-system',
      name,
    });

  await wake('request', 'dev.soteria.backup.requested.v1', claim);
  const snapshot = await longhorn.newest('snapshots');
  if (snapshot === undefined) throw new Error('the request led to no snapshot');
  await longhorn.snapshotIsReady(snapshot);
  await wakeByObject('snapshot ready', 'Snapshot', snapshot);
  const untilBackupMs = wakeups.reduce((sum, { ms }) => sum + ms, 0);
  const backup = await longhorn.newest('backups');
  if (backup !== snapshot) throw new Error('the snapshot led to no backup');
  for (let update = 1; update <= progressUpdates; update += 1) {
    await longhorn.backupIsAt(backup, Math.floor((update * 100) / progressUpdates));
    await wakeByObject('progress', 'Backup', backup);
  }
  await longhorn.backupIsComplete(backup);
  await wakeByObject('backup complete', 'Backup', backup);
  return {
    wakeups: wakeups.map(({ cause, from, to }) => ({ cause, requests: requests.between(from, to) })),
    untilBackupMs,
  };
}
