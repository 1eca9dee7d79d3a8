/** What every event door does: a CloudEvent in, 204 or a refusal out (`event-answer.ts`), one line and one sample for each. */
import { type SoteriaError, toSoteriaError } from '../errors.ts';
import { type EventType, eventCatalogue } from '../events/catalogue.ts';
import { type RawEvent, receiveEvent } from '../events/receive.ts';
import type { Door, DoorRequest } from './door.ts';
import type { RequestHeaders } from '../http/request-headers.ts';
import { eventRefusalOf } from './event-answer.ts';
import { beginVisit, type KitTools, type Visit } from './incoming.ts';

/** Handles an event whose envelope was read; throws SoteriaErrors. */
export type DealWith = (event: RawEvent, headers: RequestHeaders, visit: Visit) => Promise<void>;

/** Throws `invalid_request` for what is not one valid CloudEvent, `request_too_large`. */
type Receive = (request: DoorRequest) => Promise<RawEvent>;

export function eventDoor(dealWith: DealWith, tools: KitTools, receive?: Receive): Door {
  const receiveWhole: Receive = async (request) =>
    receiveEvent(request.headers, await request.readBody(tools.settings.maxBodyBytes));

  return async (request) => {
    const { headers } = request;
    let visit = beginVisit(request, tools, { door: 'event' });
    let type: EventType | 'unknown' = 'unknown';

    async function enter(): Promise<void> {
      const event = await (receive ?? receiveWhole)(request);
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
      return { status: 204, headers: {} };
    } catch (thrown) {
      const error = toSoteriaError(thrown);
      const refusal = eventRefusalOf(error);
      report(tools, visit, type, refusal.status, error);
      return refusal;
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
