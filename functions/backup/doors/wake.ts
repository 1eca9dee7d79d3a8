/** Events that only say "look now": which Operation is meant, and moving it. What the event claims happened is never trusted. */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { objectReference, operationDue } from '@soteria/shared/events/catalogue.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { operationUidLabel, refFromMarks, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { cancelIfOrphaned } from '@soteria/shared/operation/many/cancel-orphans.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advanceOperation } from '../advance.ts';
import { tidyOrphan } from '../longhorn/tidy-orphans.ts';
import { isFollowing } from '@soteria/shared/operation/record/is-following.ts';
import type { World } from '../longhorn/world.ts';
import type { BackupTools } from '../tools.ts';
import type { ProgressMemory } from './remember-progress.ts';

/** An object that is gone, or has lost its marks, is found by the name an open Operation has recorded for it. */
async function whoRecorded(tools: BackupTools, name: string, incoming: Incoming): Promise<ObjectRef | undefined> {
  const open = await tools.store.list({ fieldSelector: 'status.phase=Running' }, incoming.signal);
  const owner = open.find(({ status }) => status?.work?.snapshot === name || status?.work?.backup === name);
  return owner === undefined ? undefined : { name: owner.metadata.name, namespace: owner.metadata.namespace };
}

interface Meant {
  readonly ref: ObjectRef;
  /** As the wake-up found it, when it is about. */
  readonly snapshot?: Snapshot;
  readonly backup?: Backup;
}

/** It is looked at once. What the record of the Operation does not name is of no concern to it. */
function seenBy({ snapshot, backup }: Meant) {
  return ({ status }: Operation): World => ({
    ...(snapshot !== undefined && snapshot.name === status?.work?.snapshot ? { snapshot: { seen: snapshot } } : {}),
    ...(backup !== undefined && backup.name === status?.work?.backup ? { backup: { seen: backup } } : {}),
  });
}

const onlyRef = (ref: ObjectRef | undefined): Meant | undefined => (ref === undefined ? undefined : { ref });

async function whoIsMeant(
  tools: BackupTools,
  reference: { kind: string; namespace: string; name: string },
  incoming: Incoming,
): Promise<Meant | undefined> {
  const { kind, namespace, name } = reference;
  switch (kind) {
    case 'Operation':
      return { ref: { namespace, name } };
    case 'Snapshot': {
      const snapshot = await tools.longhorn.snapshots.get(name, incoming.signal);
      if (snapshot === undefined) return onlyRef(await whoRecorded(tools, name, incoming));
      const ref = snapshot.marks[watchLabel] === undefined ? undefined : refFromMarks(snapshot.marks);
      return ref && { ref, snapshot };
    }
    case 'Backup': {
      const backup = await tools.longhorn.backups.get(name, incoming.signal);
      const ref = backup === undefined ? undefined : refFromMarks(backup.marks);
      if (backup === undefined || ref === undefined) return onlyRef(await whoRecorded(tools, name, incoming));
      return backup.marks[watchLabel] === undefined ? undefined : { ref, backup };
    }
    default:
      return undefined;
  }
}

/** What a success has made was tidied up before it was settled, and under its name, which is taken, nobody makes anything later. */
function isResultOf(operation: Operation | undefined, name: string): boolean {
  return operation?.status?.phase === 'Succeeded' && operation.status.result?.backup === name;
}

export async function wakeByObject(
  tools: BackupTools,
  memory: ProgressMemory,
  event: ReceivedEvent,
  incoming: Incoming,
): Promise<void> {
  const reference = objectReference.parse(event.data);
  const meant = await whoIsMeant(tools, reference, incoming);
  if (meant === undefined) return;
  const { ref } = meant;
  const object = meant.snapshot ?? meant.backup;
  if (object !== undefined && memory.isKnown(object)) return;
  const isNews = reference.kind === 'Operation' && event.type === 'dev.knative.apiserver.ref.add';
  const moved = await advanceOperation(tools, ref, incoming, { seen: seenBy(meant), isNews });
  // Deleted while it was open, or settled before a slow process made this; of another function it is none of ours.
  const uid = object?.marks[operationUidLabel];
  if (uid !== undefined && !isFollowing(moved, uid) && !isResultOf(moved, reference.name)) {
    const current = moved ?? (await tools.store.get(ref, incoming.signal));
    if (!isFollowing(current, uid)) await tidyOrphan(tools, { ref, uid, name: reference.name }, incoming);
  }
  if (moved !== undefined && object !== undefined) memory.remember(object);
}

export async function wakeBySweep(tools: BackupTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { namespace, name } = operationDue.parse(event.data);
  const before = (operation: Operation) => cancelIfOrphaned(tools.store, operation, incoming.signal);
  await advanceOperation(tools, { namespace, name }, incoming, { before });
}
