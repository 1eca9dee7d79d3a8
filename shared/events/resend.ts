/** Sends another sender's event again: with its own source and id, so that consumers recognise it, and never with our signature. */
import { groupsAttribute, signatureAttribute, userAttribute } from '../identity/verify-event.ts';
import { SoteriaError } from '../errors.ts';
import { toHeaderValue } from './outgoing.ts';
import { createSendEvent } from './send-event.ts';

export interface ForeignEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string | undefined;
  readonly extensions: Readonly<Record<string, string>>;
  /** JSON. */
  readonly data?: unknown;
}

/** Throws `cluster_unavailable` when the sink does not take it now, `cluster_refused` when it never will. */
export type Resend = (event: ForeignEvent, signal: AbortSignal) => Promise<void>;

export function messageOf(event: ForeignEvent, now: Date) {
  const { id, source, type, subject, extensions, data } = event;
  const kept = Object.entries(extensions).filter(([name]) => !isDropped(name));
  const attributes = {
    ...Object.fromEntries(kept),
    specversion: '1.0',
    id,
    source,
    type,
    time: now.toISOString(),
    ...(subject === undefined ? {} : { subject }),
  };
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, toHeaderValue(`ce-${name}`, value)]);
  return {
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' } as Record<string, string>,
    body: data === undefined ? '' : JSON.stringify(data),
  };
}

/** A signature holds for the time it was made at, and what the broker adds is about the delivery that failed. */
function isDropped(name: string): boolean {
  const proof: readonly string[] = [signatureAttribute, userAttribute, groupsAttribute];
  return proof.includes(name) || name.startsWith('knative');
}

/** Timeout of one try. */
const timeoutMs = 10_000;

export function createResend(sink: string | undefined, now: () => Date): Resend {
  const send = sink === undefined ? undefined : createSendEvent(new URL(sink), now);
  return async (event, signal) => {
    const outcome = await send?.(messageOf(event, now()), { signal, timeoutMs });
    if (outcome?.kind === 'accepted') return;
    const isRefused = outcome?.kind === 'refused';
    throw new SoteriaError(isRefused ? 'cluster_refused' : 'cluster_unavailable', {
      what: `the event ${event.type} was not sent again`,
      why: outcome === undefined ? 'K_SINK is not set' : `the sink in K_SINK did not take it: ${outcome.reason}`,
      fix: 'check that K_SINK is the address of a Broker and that it is ready (kubectl get broker), then replay it again',
    });
  };
}
