/** Events that only say "look now" at a Prune, or at what prunes have left. What the event claims happened is never trusted. */
import { objectReference, operationDue } from '@soteria/shared/events/catalogue.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { advancePrune } from '../prune/advance-prune.ts';
import type { PruneTools } from '../prune/tools.ts';

export async function wakeByObject(tools: PruneTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { kind, namespace, name } = objectReference.parse(event.data);
  if (kind !== 'Operation') return;
  const isNews = event.type === 'dev.knative.apiserver.ref.add';
  await advancePrune(tools, { namespace, name }, incoming, { isNews });
}

export async function wakeBySweep(tools: PruneTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { namespace, name } = operationDue.parse(event.data);
  await advancePrune(tools, { namespace, name }, incoming);
}

/** A point that an Operation was to delete when somebody deleted the Operation: it stays, and wakes nobody any more. */
export async function tidyLeftovers(
  { store, points }: PruneTools,
  { signal }: Pick<Incoming, 'signal'>,
): Promise<void> {
  const watched = await points.listWatched(signal);
  if (watched.length === 0) return;
  // Read after the list: what is watched by then is named by then.
  const prunes = await store.list({ fieldSelector: 'spec.kind=Prune' }, signal);
  const open = prunes.filter(({ status }) => !isTerminal(status?.phase) || status?.settled !== true);
  const named = new Set(open.map(({ status }) => status?.work?.backup));
  for (const point of watched) {
    if (!point.isDeleting && !named.has(point.facts.name)) await points.unwatch(point, signal);
  }
}
