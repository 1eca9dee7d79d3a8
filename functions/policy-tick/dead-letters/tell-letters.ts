/** A Kubernetes Event for a dead letter, which people and alerts can see; a stranger who fills the box must not fill etcd, too. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { DeadLetter } from './letter.ts';

const events = untyped({ group: '', version: 'v1', kind: 'Event', plural: 'events', isNamespaced: true });

/** Of one process. */
const maxPerMinute = 10;

export interface Teller {
  /** How many letters of this minute are not reported, with this one; 0: this letter may be reported. */
  count(): number;
  /** Best effort: the letter is kept, and a refusal is logged. */
  tell(letter: DeadLetter, incoming: Pick<Incoming, 'signal' | 'log'>): Promise<void>;
}

export interface TellerOptions {
  readonly client: KubernetesClient;
  /** Soteria's own. */
  readonly namespace: string;
  readonly now: () => Date;
}

export function createTeller({ client, namespace, now }: TellerOptions): Teller {
  let minute = 0;
  let counted = 0;

  return {
    count() {
      const present = Math.floor(now().getTime() / 60_000);
      counted = present === minute ? counted + 1 : 1;
      minute = present;
      return Math.max(0, counted - maxPerMinute);
    },
    async tell(letter, { signal, log }) {
      try {
        await client.create(events, eventOf(letter, namespace), { signal });
      } catch (error) {
        // Delivered twice: it is already told.
        if (error instanceof SoteriaError && error.code === 'name_conflict') return;
        log.error('dead_letter_not_told', error, { letter: letter.id });
      }
    },
  };
}

function eventOf({ id, at, reason, event }: DeadLetter, namespace: string) {
  return {
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
  };
}
