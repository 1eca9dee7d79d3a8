/** What a function gives the kit, and what the kit gives its handlers. `create-function.ts` joins the two. */
import type { Hono } from 'hono';
import type { EventType } from '../events/catalogue.ts';
import type { Caller } from '../identity/caller.ts';
import type { Log } from '../log/log.ts';

/** A CloudEvent that passed the door: attributes validated, data parsed by its catalogue schema. */
export interface ReceivedEvent<D = unknown, T extends string = EventType> {
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly subject: string | undefined;
  /** The event's own `time`; without one, `knativearrivaltime`; without either, undefined. */
  readonly time: Date | undefined;
  readonly data: D;
  /** Lower-case extension attributes as texts. */
  readonly extensions: Readonly<Record<string, string>>;
}

export interface Incoming {
  readonly caller: Caller;
  /** Aborts when the caller hangs up, the deadline passes or the process drains. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly receivedAt: Date;
  /** W3C trace context to hand on, when there is one. */
  readonly traceparent: string | undefined;
  /** The `Idempotency-Key` of an HTTP request that has one; never empty. */
  readonly idempotencyKey?: string | undefined;
}

/** Returns when the event is dealt with (204); throws a SoteriaError otherwise. */
export type EventHandler = (event: ReceivedEvent, incoming: Incoming) => Promise<void>;

/** With whatever data it carries: JSON, a text, or undefined. */
export interface AnyEvent extends ReceivedEvent<unknown, string> {
  /** True: there were more data than are read, and they are left out. */
  readonly isCut: boolean;
}

/** For events of any type. */
export type AnyEventHandler = (event: AnyEvent, incoming: Incoming) => Promise<void>;

export interface KitEnv {
  /** `outgoing`: of a request that came over a socket. */
  Bindings: { readonly outgoing?: { once(event: 'close', listener: () => void): unknown } };
  Variables: { incoming: Incoming; traceId?: string | undefined; isPaused?: boolean };
}

export interface FunctionDefinition {
  /** Also the Knative Service's name and the value of the watch label. */
  readonly name: string;
  /** Mounts `/v1/…` routes. Handlers find `Incoming` under `c.get('incoming')` and throw SoteriaErrors. */
  readonly routes?: (app: Hono<KitEnv>) => void;
  readonly on: { readonly [T in EventType]?: EventHandler };
  /**
   * Further event doors, such as for dead letters: path → handler. Any valid CloudEvent is let in, signed or not, fresh or old, so
   * that nothing is lost; what the event says must be taken as a stranger's words.
   */
  readonly eventPaths?: { readonly [path: `/${string}`]: AnyEventHandler };
}
