/** One restore at a time reads a backup. A restore that releases it wakes those that have found it held: no event would. */
import { sayingOf } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Tools } from './tools.ts';

const readers: ReadonlySet<string> = new Set(['Restore', 'RestoreTest']);

function waitsFor(backup: Backup, holder: Operation): (operation: Operation) => boolean {
  return (operation) =>
    operation.metadata.uid !== holder.metadata.uid &&
    readers.has(operation.spec.kind) &&
    operation.status?.work?.backup === backup.name &&
    operation.status.work.volumeMade !== true;
}

/** To be called after the release: a restore that looks at the backup later than this list finds it free. */
export async function wakeWaiting(
  { store, wakeOther }: Pick<Tools, 'store' | 'wakeOther'>,
  holder: Operation,
  backup: Backup,
  signal?: AbortSignal,
): Promise<void> {
  const running = await store.list({ fieldSelector: 'status.phase=Running' }, signal);
  for (const waiting of running.filter(waitsFor(backup, holder))) await wakeOther(waiting, sayingOf(holder), signal);
}
