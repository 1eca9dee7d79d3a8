/** An event no function took: one log line, one Kubernetes Event that people and alerts can see, and the letter itself. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { PolicyTickTools } from '../app.ts';
import { type DeadLetter, toLetter } from './letter.ts';

const events = untyped({ group: '', version: 'v1', kind: 'Event', plural: 'events', isNamespaced: true });

export async function keepDeadLetter(
  tools: PolicyTickTools,
  event: ReceivedEvent<unknown, string>,
  { log, signal }: Incoming,
): Promise<void> {
  const letter = toLetter(event, tools.now());
  log.warn('dead_letter', {
    ce_type: event.type,
    ce_id: event.id,
    ce_source: event.source,
    ce_subject: event.subject,
    letter: letter.id,
    reason: letter.reason,
  });
  await tell(tools, letter, signal);
  await tools.letters.put(letter, signal);
}

async function tell({ client, namespace }: PolicyTickTools, letter: DeadLetter, signal: AbortSignal): Promise<void> {
  const { id, at, reason, event } = letter;
  try {
    await client.create(
      events,
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `dead-letter-${id}`, namespace },
        involvedObject: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace },
        reason: 'DeadLetter',
        message: `No function took the event ${event.type} (${event.id.slice(0, 100)}): ${reason}`.slice(0, 1_000),
        type: 'Warning',
        count: 1,
        firstTimestamp: at,
        lastTimestamp: at,
        source: { component: 'soteria-policy-tick' },
      },
      { signal },
    );
  } catch (error) {
    // Delivered twice: it is already told.
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  }
}
