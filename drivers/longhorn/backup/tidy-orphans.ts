/** Finds what nobody follows any more, and does with it what `decide-orphans.ts` decides. */
import type { AdvanceCall } from '@soteria/shared/operation/engine/advance.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import { deleteUnlessRefused } from '@soteria/shared/operation/record/create-or-find.ts';
import {
  type Backup,
  type BackupTarget,
  isInterruptedUpload,
  neverFilledMs,
} from '@soteria/shared/longhorn/objects.ts';
import { backupTargetLabel } from '@soteria/shared/longhorn/resource-types.ts';
import { isFollowing } from '@soteria/shared/operation/record/is-following.ts';
import { refFromMarks, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Orphan } from '../../backup/driver.ts';
import type { Tools } from './tools.ts';
import { isNameOfAttempt } from './names-of-attempt.ts';
import { decideOrphans, type OrphanAction } from './decide-orphans.ts';

type OrphanTools = Pick<Tools, 'store' | 'longhorn' | 'cluster' | 'now'>;

/** A snapshot that Longhorn refuses to delete for good stays, and is no longer watched: it is reported once. */
async function deleteOrUnwatch(
  { snapshots }: Longhorn,
  { name, uid }: Extract<OrphanAction, { do: 'delete-snapshot' }>,
  { signal, log }: AdvanceCall,
): Promise<void> {
  const refusal = await deleteUnlessRefused(() => snapshots.delete(name, uid, signal));
  if (refusal === undefined) return;
  log.warn('snapshot_kept', { object: name, why: refusal.explanation.why });
  await snapshots.unwatch(name, signal);
}

function performOnOrphan(longhorn: Longhorn, action: OrphanAction, call: AdvanceCall): Promise<void> {
  const { signal } = call;
  switch (action.do) {
    case 'delete-snapshot':
      return deleteOrUnwatch(longhorn, action, call);
    case 'delete-backup':
      return longhorn.backups.discard(action.seen, signal);
    case 'unwatch-snapshot':
      return longhorn.snapshots.unwatch(action.name, signal);
    case 'unwatch-backup':
      return longhorn.backups.unwatch(action.name, signal);
  }
}

function targetOf({ longhorn }: OrphanTools, backup: Backup, signal?: AbortSignal): Promise<BackupTarget | undefined> {
  return longhorn.getTarget(backup.backupTargetName ?? backup.marks[backupTargetLabel] ?? 'default', signal);
}

/** `object` names the attempt's two objects, `uid` the operation which does not follow them. */
export async function tidyOrphan(
  tools: OrphanTools,
  { operation, uid, object: { name } }: Orphan,
  call: AdvanceCall,
): Promise<void> {
  const { signal, log } = call;
  const { snapshots, backups } = tools.longhorn;
  const [snapshot, backup] = await Promise.all([snapshots.get(name, signal), backups.get(name, signal)]);
  const target = backup === undefined ? undefined : await targetOf(tools, backup, signal);
  const isTargetAvailable = target?.isAvailable === true;
  const actions = decideOrphans({ uid, snapshot, backup, isTargetAvailable });
  if (actions.length > 0 && (await tools.cluster.isPaused(signal))) {
    // It stays watched: the next look for leftovers after the pause finds it.
    log.info('orphan_held_by_pause', { object: name, operation: operation.name });
    return;
  }
  for (const action of actions) {
    log.info('orphan_tidied', { action: action.do, object: action.name, operation: operation.name });
    await performOnOrphan(tools.longhorn, action, call);
  }
}

/** Of everything that is watched, what no open Operation follows. Few objects are watched: those of open operations. */
export async function tidyLeftovers(tools: OrphanTools, call: AdvanceCall): Promise<void> {
  const { longhorn, store } = tools;
  const { signal } = call;
  const [snapshots, backups] = await Promise.all([
    longhorn.snapshots.listWatched('backup', signal),
    longhorn.backups.listWatched('backup', signal),
  ]);
  const byName = new Map([...snapshots, ...backups].map((one) => [one.name, one.marks]));
  for (const [name, marks] of byName) {
    const ref = refFromMarks(marks);
    const uid = marks[operationUidLabel];
    if (ref === undefined || uid === undefined) continue;
    // Read after the list: what was made by then is followed by then.
    if (isFollowing(await store.get(ref, signal), uid)) continue;
    await tidyOrphan(tools, { operation: ref, uid, object: { name } }, call);
  }
  await tidyInterrupted(tools, call);
}

/**
 * Uploads of ours that were interrupted and have come back from the target without marks. Their Operation is looked for by name, so
 * that nobody else's upload is mistaken for ours; once it is purged, the usage report shows them (`interrupted_upload`).
 */
async function tidyInterrupted(tools: OrphanTools, call: AdvanceCall): Promise<void> {
  const { longhorn, store, cluster, now } = tools;
  const { signal, log } = call;
  const all = await longhorn.backups.list({}, signal);
  const found = all.filter((one) => !one.isDeleting && isInterruptedUpload(one, now(), neverFilledMs));
  if (found.length === 0) return;
  const operations = (await store.list({}, signal)).filter(({ spec }) => spec.kind === 'Backup');
  for (const backup of found) {
    const owner = operations.find((one) => isNameOfAttempt(one, backup.name));
    if (owner === undefined || isFollowing(owner, owner.metadata.uid)) continue;
    const target = await targetOf(tools, backup, signal);
    // Longhorn has been reading that target all the time, and still has nothing to fill the object with.
    const readMs = Date.parse(target?.lastSyncedAt ?? '') - Date.parse(backup.madeAt ?? '');
    const isRead = target?.isAvailable === true && readMs >= neverFilledMs;
    if (!isRead || (await cluster.isPaused(signal))) continue;
    log.info('interrupted_upload_deleted', { object: backup.name, operation: owner.metadata.name });
    await longhorn.backups.discard(backup, signal);
  }
}
