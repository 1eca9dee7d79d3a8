/** Events that only say "look now": which Operation is meant, and moving it. What the event claims happened is never trusted. */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { objectReference, operationDue } from '@soteria/shared/events/catalogue.ts';
import { operationNameLabel, operationNamespaceLabel } from '@soteria/shared/operation/marks.ts';
import { advanceOperation } from '../advance.ts';
import { tidyOrphans } from '../longhorn/tidy-orphans.ts';
import type { RestoreTools } from '../tools.ts';

/** A volume that is gone is found by the name an open Operation has recorded for it. */
async function wakeOwnerOf(tools: RestoreTools, volume: string, incoming: Incoming): Promise<void> {
  const open = await tools.store.list({ fieldSelector: 'status.phase=Running' }, incoming.signal);
  const owner = open.find(({ status }) => status?.work?.volume === volume);
  if (owner === undefined) return;
  const { name, namespace } = owner.metadata;
  await advanceOperation(tools, { name, namespace }, incoming);
}

async function wakeByVolume(tools: RestoreTools, volumeName: string, incoming: Incoming): Promise<void> {
  const { signal, log } = incoming;
  const volume = await tools.restores.getVolume(volumeName, signal);
  if (volume === undefined) return wakeOwnerOf(tools, volumeName, incoming);
  const name = volume.marks[operationNameLabel];
  const namespace = volume.marks[operationNamespaceLabel];
  if (name === undefined || namespace === undefined) return;
  const moved = await advanceOperation(tools, { name, namespace }, incoming);
  if (moved !== undefined || (await tools.store.get({ name, namespace }, signal)) !== undefined) return;
  // Nobody will move it any more: its Operation was deleted while it was open.
  const removed = await tidyOrphans(tools, volume, signal);
  if (removed.length > 0) log.info('orphans_tidied', { operation: name, removed: removed.join(', ') });
}

/** One that is gone wakes nobody: whoever removed it was its operation, or the sweep finds out. */
async function wakeByJob(
  tools: RestoreTools,
  job: { readonly namespace: string; readonly name: string },
  incoming: Incoming,
): Promise<void> {
  const found = await tools.proofs.get(job.namespace, job.name, incoming.signal);
  const name = found?.labels[operationNameLabel];
  const namespace = found?.labels[operationNamespaceLabel];
  if (name !== undefined && namespace !== undefined) await advanceOperation(tools, { name, namespace }, incoming);
}

export async function wakeByObject(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { kind, namespace, name } = objectReference.parse(event.data);
  if (kind === 'Operation') await advanceOperation(tools, { namespace, name }, incoming);
  if (kind === 'Volume') await wakeByVolume(tools, name, incoming);
  if (kind === 'Job') await wakeByJob(tools, { namespace: namespace ?? '', name }, incoming);
}

export async function wakeBySweep(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { namespace, name } = operationDue.parse(event.data);
  await advanceOperation(tools, { namespace, name }, incoming);
}
