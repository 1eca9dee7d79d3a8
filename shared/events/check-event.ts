/** Does an event make sense for the catalogue: in time, and with the data its type promises? Pure. */
import type * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import type { EventDefinition } from '../operation/kinds/kind.ts';
import { findTextFault } from '../strict-json.ts';
import { unfitText } from './read-envelope.ts';
import type { RawEvent } from './receive.ts';

const maxAgeMs = 60 * 60_000;
const maxAheadMs = 5 * 60_000;

/** Throws `unprocessable` for an attribute that cannot be stored or handed on, and what was found wrong in the data. */
export function refuseUnreadable({ sent, id, source, type, subject = '', extensions }: RawEvent): void {
  for (const [name, value] of Object.entries({ id, source, type, subject, ...extensions })) {
    const fault = findTextFault(value);
    if (fault !== undefined) throw unfitText(`its attribute ${name}`, fault);
  }
  if (sent.kind === 'broken') throw sent.error;
}

/** Throws `request_expired`: brokers replay events that are weeks old. An event that tells no time is as old as its arrival. */
export function refuseExpired(definition: EventDefinition, { type, time }: RawEvent, now: Date): void {
  if (definition.role !== 'request' || time === undefined) return;
  const ageMs = now.getTime() - time.getTime();
  if (ageMs <= maxAgeMs && -ageMs <= maxAheadMs) return;
  throw new SoteriaError('request_expired', {
    what: `the request ${type} was rejected`,
    why: `its time ${time.toISOString()} is ${ageMs > 0 ? 'more than an hour ago' : 'more than 5 minutes ahead'}`,
    fix: 'send it anew with the present time, and check the clock of the sender',
  });
}

/** The data as the catalogue's schema gives them; throws `unprocessable` with the first member that does not fit, `invalid_request` for broken JSON. */
export function readEventData(definition: EventDefinition, { type, sent }: RawEvent): unknown {
  if (sent.kind === 'broken') throw sent.error;
  if (sent.kind === 'text') {
    throw unfit(type, `its data are ${JSON.stringify(sent.mediaType.slice(0, 64))}, not application/json`);
  }
  // A wake-up says all it has to say by coming.
  const value = sent.kind === 'json' ? sent.value : definition.role === 'wake' ? {} : undefined;
  if (value === undefined) throw unfit(type, 'it has no data');
  const parsed = definition.data.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unfit(type, firstMismatch(parsed.error), parsed.error);
}

/** `namespace: must be a DNS label`; of several the first. No value is quoted. */
export function firstMismatch({ issues }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return 'it does not fit the schema';
  const member = issue.path.map(String).join('.');
  return (member === '' ? issue.message : `${member}: ${issue.message}`).slice(0, 200);
}

function unfit(type: string, why: string, cause?: unknown): SoteriaError {
  const what = `the data of ${type} do not fit`;
  return new SoteriaError(
    'unprocessable',
    { what, why, fix: 'send the data that the event catalogue describes' },
    { cause },
  );
}
