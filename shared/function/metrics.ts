/**
 * What a function counts. Label values come from closed sets only: route patterns, catalogue types, statuses, error codes.
 *
 * Loading prom-client costs a cold start about 20 ms, and most pods are never scraped, so samples wait in a list until somebody
 * scrapes or the list is long.
 */
import type { Counter, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../errors.ts';

export interface HttpSample {
  readonly method: string;
  /** The pattern of the route, `/v1/operations/:name`; never the path. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface EventSample {
  /** A type of the catalogue, or `unknown`. */
  readonly type: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export interface Metrics {
  httpAnswered(sample: HttpSample): void;
  eventAnswered(sample: EventSample): void;
  refused(code: ErrorCode, door: 'http' | 'event'): void;
  /** What a function tells beyond its own work, in Prometheus' text format; asked with every scrape, and left out when it throws. */
  alsoExpose(write: () => Promise<string>): void;
  /** Prometheus' text format. */
  expose(): Promise<Exposition>;
}

interface Instruments {
  readonly registry: Registry;
  readonly httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly httpSeconds: Histogram<'route'>;
  readonly events: Counter<'type' | 'answer'>;
  readonly eventSeconds: Histogram<'type'>;
  readonly errors: Counter<'code' | 'door'>;
}

type Sample = (instruments: Instruments) => void;

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** At most `maxWaiting` samples wait for prom-client. */
export function createMetrics({ maxWaiting = 1000 }: { readonly maxWaiting?: number } = {}): Metrics {
  let waiting: Sample[] = [];
  let loading: Promise<Instruments> | undefined;
  const others: (() => Promise<string>)[] = [];

  async function settle(): Promise<Instruments> {
    const instruments = await (loading ??= loadInstruments());
    const samples = waiting;
    waiting = [];
    for (const sample of samples) sample(instruments);
    return instruments;
  }

  function record(sample: Sample): void {
    waiting.push(sample);
    if (waiting.length >= maxWaiting) settle().catch(() => (waiting = []));
  }

  return {
    httpAnswered: ({ method, route, status, seconds }) =>
      record(({ httpRequests, httpSeconds }) => {
        httpRequests.inc({ method: methods.has(method) ? method : 'other', route, status: String(status) });
        httpSeconds.observe({ route }, seconds);
      }),
    eventAnswered: ({ type, status, seconds }) =>
      record(({ events, eventSeconds }) => {
        events.inc({ type, answer: String(status) });
        eventSeconds.observe({ type }, seconds);
      }),
    alsoExpose: (write) => void others.push(write),
    refused: (code, door) => record(({ errors }) => errors.inc({ code, door })),
    async expose() {
      const { registry } = await settle();
      // A scrape must not fail because the cluster cannot be asked just now.
      const more = await Promise.all(others.map((write) => write().catch(() => '')));
      return { contentType: registry.contentType, text: [await registry.metrics(), ...more].join('') };
    },
  };
}

async function loadInstruments(): Promise<Instruments> {
  const { Counter, Histogram, Registry, collectDefaultMetrics } = await import('./prom-client.ts');
  const registry = new Registry();
  const registers = [registry];
  const buckets = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    httpRequests: new Counter({
      name: 'soteria_http_requests_total',
      help: 'HTTP requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'soteria_http_request_duration_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['route'],
      buckets,
      registers,
    }),
    events: new Counter({
      name: 'soteria_events_total',
      help: 'CloudEvents answered, by type and answer',
      labelNames: ['type', 'answer'],
      registers,
    }),
    eventSeconds: new Histogram({
      name: 'soteria_event_duration_seconds',
      help: 'Time to deal with a CloudEvent',
      labelNames: ['type'],
      buckets,
      registers,
    }),
    errors: new Counter({
      name: 'soteria_errors_total',
      help: 'Requests and events refused, by error code',
      labelNames: ['code', 'door'],
      registers,
    }),
  };
}
