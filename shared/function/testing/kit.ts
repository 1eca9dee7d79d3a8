/** A function with recording handlers behind real doors, for tests of the doors. */
import { createAuthenticate } from '../../identity/authenticate.ts';
import type { FunctionDefinition, Incoming, ReceivedEvent } from '../contract.ts';
import { createFunction } from '../create-function.ts';
import type { KitTools } from '../incoming.ts';
import type { UnsignedEvents } from '../../events/may-be-unsigned.ts';
import { createLog } from '../../log/log.ts';
import { createMetrics } from '../metrics.ts';
import { fakeReviews, type FakeReviews, type Knowledge } from './fake-reviews.ts';

export const present = new Date('2026-03-01T12:00:00Z');
export const currentSecret = 'current-secret-current-secret-current';
export const previousSecret = 'previous-secret-previous-secret-prev';

export interface KitOptions {
  readonly authRequired?: boolean;
  readonly unsignedEvents?: UnsignedEvents;
  readonly maxBodyBytes?: number;
  readonly deadlineMs?: number;
  readonly now?: () => Date;
  readonly signingSecrets?: readonly string[];
  readonly drainSignal?: AbortSignal;
  readonly knowledge?: Knowledge;
  /** What the event handlers do beyond recording. */
  readonly deal?: (incoming: Incoming) => Promise<void>;
  readonly routes?: FunctionDefinition['routes'];
}

export interface Kit {
  readonly app: ReturnType<typeof createFunction>;
  readonly tools: KitTools;
  readonly handled: { readonly event: ReceivedEvent<unknown, string>; readonly incoming: Incoming }[];
  readonly logLines: string[];
  readonly reviews: FakeReviews;
}

export function kit(options: KitOptions = {}): Kit {
  const { authRequired = true, signingSecrets = [currentSecret, previousSecret], now = () => present } = options;
  const reviews = fakeReviews(options.knowledge);
  const logLines: string[] = [];
  const handled: Kit['handled'] = [];
  const record = async (event: ReceivedEvent<unknown, string>, incoming: Incoming): Promise<void> => {
    handled.push({ event, incoming });
    await options.deal?.(incoming);
  };
  const tools: KitTools = {
    authenticate: createAuthenticate({ client: reviews.client, authRequired, signingSecrets, now }),
    log: createLog({ write: (line) => logLines.push(line), now }),
    metrics: createMetrics(),
    now,
    settings: {
      unsignedEvents: options.unsignedEvents ?? 'backup',
      maxBodyBytes: options.maxBodyBytes ?? 4096,
      deadlineMs: options.deadlineMs ?? 10_000,
    },
    ...(options.drainSignal === undefined ? {} : { drainSignal: options.drainSignal }),
  };
  const definition: FunctionDefinition = {
    name: 'tested',
    ...(options.routes === undefined ? {} : { routes: options.routes }),
    on: {
      'dev.soteria.backup.requested.v1': record,
      'dev.soteria.restore.requested.v1': record,
      'dev.soteria.operation.due.v1': record,
      'dev.soteria.backup.completed.v1': record,
      'dev.knative.sources.ping': record,
    },
    eventPaths: { '/dead-letters': record },
  };
  return { app: createFunction(definition, tools), tools, handled, logLines, reviews };
}

export interface EventParts {
  readonly type?: string;
  readonly time?: string | null;
  readonly id?: string | null;
  readonly extensions?: Readonly<Record<string, string>>;
  readonly data?: unknown;
}

export interface EventRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A good request for a backup, but for what `parts` says. Null leaves an attribute out. */
export function binaryEvent(parts: EventParts = {}): EventRequest {
  const {
    type = 'dev.soteria.backup.requested.v1',
    time = present.toISOString(),
    id = 'e-1',
    data = backupData,
  } = parts;
  const extensions = Object.entries(parts.extensions ?? {}).map(([name, value]) => [`ce-${name}`, value]);
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-source': '/test',
      'ce-type': type,
      ...(id === null ? {} : { 'ce-id': id }),
      ...(time === null ? {} : { 'ce-time': time }),
      ...Object.fromEntries(extensions),
    },
    body: typeof data === 'string' ? data : JSON.stringify(data),
  };
}

export function structuredEvent(members: Readonly<Record<string, unknown>> = {}): EventRequest {
  const event = {
    specversion: '1.0',
    id: 'e-1',
    source: '/test',
    type: 'dev.soteria.backup.requested.v1',
    time: present.toISOString(),
    data: backupData,
    ...members,
  };
  return { method: 'POST', headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) };
}

export const backupData = { namespace: 'media', pvc: 'movies' };
