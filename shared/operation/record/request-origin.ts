/** Where a request for an Operation came from, as it is recorded: one function for each door. */
import { randomUUID } from 'node:crypto';
import type { Origin } from './requested-operation.ts';

/** What the function kit tells of every request and event. */
interface Arrival {
  readonly caller: { readonly user: string };
  readonly receivedAt: Date;
  readonly idempotencyKey?: string | undefined;
}

interface SentEvent {
  readonly source: string;
  readonly id: string;
  readonly time: Date | undefined;
  readonly extensions: Readonly<Record<string, string>>;
}

/** The same Idempotency-Key of the same caller is the same request; without a key every request is another one. */
export function originOfHttp({ caller, idempotencyKey, receivedAt: at }: Arrival): Origin {
  const identity = `http:${caller.user}:${idempotencyKey ?? randomUUID()}`;
  const requestedBy = { user: caller.user, via: 'http' as const };
  return { identity, mayHaveTwin: idempotencyKey !== undefined, requestedBy, cause: { id: identity }, at };
}

/** The same source and id is the same request, also when one delivery carries a time and another does not: their names differ. */
export function originOfEvent({ source, id, time, extensions }: SentEvent, { caller, receivedAt }: Arrival): Origin {
  const correlationId = extensions['correlationid'];
  return {
    identity: `event:${source}|${id}`,
    mayHaveTwin: true,
    requestedBy: { user: caller.user, via: 'event' },
    cause: { source, id, ...(correlationId === undefined ? {} : { correlationId }) },
    at: time ?? receivedAt,
  };
}
