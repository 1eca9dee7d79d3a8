/** Events that only say "look now": which Operation is meant, and moving it. What the event claims happened is never trusted. */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { objectReference, operationDue } from '@soteria/shared/events/catalogue.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { operationUidLabel, refFromMarks, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import { cancelIfOrphaned } from '@soteria/shared/operation/many/cancel-orphans.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advanceOperation } from '../advance.ts';
import { sayingOf } from '@soteria/shared/operation/queue/follow-end.ts';
import { ownerOf } from '@soteria/shared/operation/record/kind-owner.ts';
import { isFollowing } from '@soteria/shared/operation/record/is-following.ts';
import type { BackupDriver, Watched } from '../../../drivers/backup/driver.ts';
import type { BackupTools } from '../tools.ts';
import type { ProgressMemory } from './remember-progress.ts';

/**
 * The open Operation of an object that is gone or has lost its marks is found by the name that it has recorded. An Operation of another
 * function, such as the Prune that deletes the Backup, is moved by that function, which is asked to look at it.
 */
async function whoRecorded(
  { store, wakeOther }: BackupTools,
  drivers: readonly BackupDriver[],
  name: string,
  incoming: Incoming,
): Promise<ObjectRef | undefined> {
  const open = await store.list({ fieldSelector: 'status.phase=Running' }, incoming.signal);
  const named = open.filter(({ status }) => drivers.some((driver) => driver.namesIn(status?.work).includes(name)));
  for (const other of named.filter((one) => ownerOf(one) !== 'backup')) {
    await wakeOther(other, sayingOf(other), incoming.signal);
  }
  const owner = named.find((one) => ownerOf(one) === 'backup');
  return owner === undefined ? undefined : { name: owner.metadata.name, namespace: owner.metadata.namespace };
}

interface Meant {
  readonly ref: ObjectRef;
  /** As the wake-up found it, and whose it is. It is looked at once. */
  readonly object?: Watched;
  readonly driver?: BackupDriver;
}

async function whoIsMeant(
  tools: BackupTools,
  reference: { kind: string; namespace: string; name: string },
  incoming: Incoming,
): Promise<Meant | undefined> {
  const { kind, namespace, name } = reference;
  if (kind === 'Operation') return { ref: { namespace, name } };
  const watching = Object.values(tools.drivers).filter(({ watches }) => watches.includes(kind));
  for (const driver of watching) {
    const object = await driver.readWatched(kind, { namespace, name }, incoming.signal);
    if (object === undefined) continue;
    const ref = refFromMarks(object.marks);
    if (ref === undefined && object.mayLoseMarks) break;
    return ref === undefined || object.marks[watchLabel] !== 'backup' ? undefined : { ref, object, driver };
  }
  const recorded = watching.length === 0 ? undefined : await whoRecorded(tools, watching, name, incoming);
  return recorded && { ref: recorded };
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
  const { ref, object, driver } = meant;
  if (object !== undefined && memory.isKnown(object)) return;
  const isNews = reference.kind === 'Operation' && event.type === 'dev.knative.apiserver.ref.add';
  const moved = await advanceOperation(tools, ref, incoming, {
    seen: (operation) => object?.seenBy(operation) ?? {},
    isNews,
  });
  // Deleted while it was open, or settled before a slow process made this; of another function it is none of ours.
  const uid = object?.marks[operationUidLabel];
  if (uid !== undefined && !isFollowing(moved, uid) && !isResultOf(moved, reference.name)) {
    const current = moved ?? (await tools.store.get(ref, incoming.signal));
    if (!isFollowing(current, uid)) await driver?.tidyOrphan({ operation: ref, uid, object: reference }, incoming);
  }
  if (moved !== undefined && object !== undefined) memory.remember(object);
}

export async function wakeBySweep(tools: BackupTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { namespace, name } = operationDue.parse(event.data);
  const before = (operation: Operation) => cancelIfOrphaned(tools.store, operation, incoming.signal);
  await advanceOperation(tools, { namespace, name }, incoming, { before });
}
