/** Events that only say "look now": which Operation is meant, and moving it. What the event claims happened is never trusted. */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { objectReference, operationDue } from '@soteria/shared/events/catalogue.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import {
  operationUidLabel,
  operationNameLabel,
  operationNamespaceLabel,
  refFromMarks,
  temporaryLabel,
  watchLabel,
} from '@soteria/shared/operation/record/marks.ts';
import { cancelChildrenOf, cancelIfOrphaned } from '@soteria/shared/operation/many/cancel-orphans.ts';
import type { AdvanceCall } from '@soteria/shared/operation/engine/advance.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advanceOperation, selfTestTools } from '../advance.ts';
import type { RestoreDriver, Watched } from '../../../drivers/restore/driver.ts';
import { functionName, isOurs } from '../../../drivers/restore/about-operation.ts';
import { isFollowing } from '@soteria/shared/operation/record/is-following.ts';
import { tidyDeletedTests } from '../self-test/tidy-deleted.ts';
import type { RestoreTools } from '../tools.ts';

/** The open Operation of an object that is gone is found by the name that it has recorded. */
async function wakeOwnerOf(
  tools: RestoreTools,
  drivers: readonly RestoreDriver[],
  object: string,
  incoming: Incoming,
): Promise<void> {
  const open = await tools.store.list({ fieldSelector: 'status.phase=Running' }, incoming.signal);
  const owner = open.find(({ status }) => drivers.some((driver) => driver.namesIn(status?.work).includes(object)));
  if (owner === undefined) return;
  const { name, namespace } = owner.metadata;
  await advanceOperation(tools, { name, namespace }, incoming);
}

async function wakeByWatched(tools: RestoreTools, kind: string, object: ObjectRef, incoming: Incoming): Promise<void> {
  const watching = Object.values(tools.drivers).filter(({ watches }) => watches.includes(kind));
  for (const driver of watching) {
    const watched = await driver.readWatched(kind, object, incoming.signal);
    if (watched !== undefined) return wakeByMarks(tools, watched, incoming);
  }
  if (watching.length > 0) await wakeOwnerOf(tools, watching, object.name, incoming);
}

async function wakeByMarks(tools: RestoreTools, watched: Watched, incoming: Incoming): Promise<void> {
  const { marks } = watched;
  const ref = refFromMarks(marks);
  if (ref === undefined) return;
  let wasFollowed = false;
  const seen = (operation: Operation) => {
    wasFollowed = isFollowing(operation, marks[operationUidLabel]);
    return isOurs(operation, marks) ? watched.seen : {};
  };
  const moved = await advanceOperation(tools, ref, incoming, { seen });
  // What was followed until now its own operation has tidied up, if that has ended.
  if (!wasFollowed || moved === undefined || !isOurs(moved, marks)) await watched.tidy(incoming);
}

async function tidyMarked(
  { drivers }: Pick<RestoreTools, 'drivers'>,
  marks: Readonly<Record<string, string>>,
  call: AdvanceCall,
): Promise<void> {
  for (const driver of Object.values(drivers)) {
    for (const watched of await driver.listMarked(marks, call.signal)) await watched.tidy(call);
  }
}

/** Few objects are watched: those of open restores. */
export function tidyLeftovers(tools: Pick<RestoreTools, 'drivers'>, call: AdvanceCall): Promise<void> {
  return tidyMarked(tools, { [watchLabel]: functionName }, call);
}

async function wakeByOperation(tools: RestoreTools, ref: ObjectRef, incoming: Incoming): Promise<void> {
  const moved = await advanceOperation(tools, ref, incoming);
  if (moved !== undefined) return;
  for (const child of await cancelChildrenOf(tools.store, ref, incoming.signal)) {
    await advanceOperation(tools, child.metadata, incoming, { operation: child });
  }
  if (ref.namespace === proofNamespace) await tidyDeletedTests(selfTestTools(tools, incoming), incoming, ref.name);
  const marks = {
    [operationNameLabel]: ref.name,
    [operationNamespaceLabel]: ref.namespace ?? '',
    [temporaryLabel]: 'true',
  };
  await tidyMarked(tools, marks, incoming);
}

/** A deleted Job wakes nobody: either its own operation deleted it, or the next sweep notices. */
async function wakeByJob(
  tools: RestoreTools,
  job: { readonly namespace: string; readonly name: string },
  incoming: Incoming,
): Promise<void> {
  const found = await tools.proofs.get(job.namespace, job.name, incoming.signal);
  const ref = refFromMarks(found?.labels ?? {});
  if (ref !== undefined) await advanceOperation(tools, ref, incoming);
}

export async function wakeByObject(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { kind, namespace, name } = objectReference.parse(event.data);
  if (kind === 'Operation') await wakeByOperation(tools, { namespace, name }, incoming);
  await wakeByWatched(tools, kind, { namespace, name }, incoming);
  if (kind === 'Job') await wakeByJob(tools, { namespace: namespace ?? '', name }, incoming);
}

export async function wakeBySweep(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { namespace, name } = operationDue.parse(event.data);
  const before = (operation: Operation) => cancelIfOrphaned(tools.store, operation, incoming.signal);
  await advanceOperation(tools, { namespace, name }, incoming, { before });
}
