/** One whole backup, wake-up by wake-up, with the requests of each to the API server. */
import type { EventType } from '@soteria/shared/events/catalogue.ts';
import type { ServedFunction } from '../serve-function.ts';
import { claim, type PlayedLonghorn } from './play-longhorn.ts';
import type { RequestLog } from './read-requests.ts';

export interface Wakeup {
  readonly cause: string;
  /** The wake-ups in order. */
  readonly requests: readonly string[];
}

export interface BackupRun {
  readonly wakeups: readonly Wakeup[];
  /** From the request's event to the Backup object, without Longhorn's own time: the two wake-ups before it. */
  readonly untilBackupMs: number;
}

export interface RunOptions {
  readonly served: ServedFunction;
  readonly longhorn: PlayedLonghorn;
  readonly progressUpdates: number;
  readonly requests: RequestLog;
}

export async function runBackup(options: RunOptions): Promise<BackupRun> {
  const { served, longhorn, progressUpdates, requests } = options;
  const wakeups: (Omit<Wakeup, 'requests'> & { readonly ms: number; readonly from: number; readonly to: number })[] =
    [];

  async function wake(cause: string, type: EventType, data: Readonly<Record<string, unknown>>): Promise<void> {
    const from = requests.mark();
    const ms = await served.send(type, data);
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
