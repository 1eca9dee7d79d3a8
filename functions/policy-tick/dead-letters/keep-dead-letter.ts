/** An event no function took: one log line, and one Kubernetes Event that people and alerts can see. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { shortHash } from '@soteria/shared/operation/names.ts';
import type { PolicyTickTools } from '../app.ts';

const events = untyped({ group: '', version: 'v1', kind: 'Event', plural: 'events', isNamespaced: true });

/** What the broker says of the last try; a stranger's text, cut short and kept to one line. */
function reasonOf(extensions: Readonly<Record<string, string>>): string {
  const code = extensions['knativeerrorcode'] ?? 'unknown';
  const body = Buffer.from(extensions['knativeerrordata'] ?? '', 'base64').toString('utf8');
  return `${code} ${body.replaceAll(/\s+/g, ' ').slice(0, 300)}`.trim();
}

export async function keepDeadLetter(
  { client, namespace, now }: PolicyTickTools,
  event: ReceivedEvent<unknown, string>,
  { log, signal }: Incoming,
): Promise<void> {
  const reason = reasonOf(event.extensions);
  log.warn('dead_letter', {
    ce_type: event.type,
    ce_id: event.id,
    ce_source: event.source,
    ce_subject: event.subject,
    reason,
  });
  const at = now().toISOString();
  const name = `dead-letter-${shortHash(`${event.source}|${event.id}`, 16)}`;
  try {
    await client.create(
      events,
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
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
    // Delivered twice: it is already kept.
    if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
  }
}
