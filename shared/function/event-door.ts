/** What every event door does: a CloudEvent in, 204 or a refusal out (`event-answer.ts`), one line and one sample for each. */
import type { Context } from 'hono';
import { type SoteriaError, toSoteriaError } from '../errors.ts';
import { type EventType, eventCatalogue } from '../events/catalogue.ts';
import { type RawEvent, receiveEvent } from '../events/receive.ts';
import type { KitEnv } from './contract.ts';
import { eventRefusalOf } from './event-answer.ts';
import { beginVisit, type KitTools, type Visit } from './incoming.ts';
import { limitBody } from './limit-body.ts';

/** What is done with an event once its envelope is read; throws SoteriaErrors. */
export type DealWith = (event: RawEvent, headers: Headers, visit: Visit) => Promise<void>;

export type EventDoor = (c: Context<KitEnv>) => Promise<Response>;

export function eventDoor(dealWith: DealWith, tools: KitTools): EventDoor {
  return async (c) => {
    const { headers } = c.req.raw;
    let visit = beginVisit(c.req.raw, tools, { door: 'event' });
    let type: EventType | 'unknown' = 'unknown';

    async function enter(): Promise<void> {
      await limitBody(c, tools.settings.maxBodyBytes);
      const event = await receiveEvent(headers, new Uint8Array(await c.req.arrayBuffer()));
      if (isCatalogued(event.type)) ({ type } = event);
      visit = visit.withEvent(event.extensions['traceparent'], {
        ce_id: event.id,
        ce_source: event.source,
        ce_type: event.type,
      });
      await dealWith(event, headers, visit);
    }

    try {
      await visit.inTime(enter());
      report(tools, visit, type, 204);
      return c.body(null, 204);
    } catch (thrown) {
      const error = toSoteriaError(thrown);
      const refusal = eventRefusalOf(error);
      report(tools, visit, type, refusal.status, error);
      return c.body(refusal.body, refusal.status, refusal.headers);
    } finally {
      visit.end();
    }
  };
}

export function isCatalogued(type: string): type is EventType {
  return Object.hasOwn(eventCatalogue, type);
}

function report({ metrics }: KitTools, visit: Visit, type: string, status: number, error?: SoteriaError): void {
  const { log } = visit;
  const seconds = visit.elapsedSeconds();
  metrics.eventAnswered({ type, status, seconds });
  const fields = { status, durationMs: Math.round(seconds * 1000) };
  if (error === undefined) return log.info('event_answered', fields);
  metrics.refused(error.code, 'event');
  if (error.httpStatus >= 500) log.error('event_failed', error, fields);
  else log.warn('event_refused', { ...fields, code: error.code, why: error.explanation.why });
}
