/** The address of all brokers: `POST /<namespace>/<broker>`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloudEvent } from '../event/cloud-event.ts';
import { readEvent } from '../event/read-event.ts';
import { readBody } from '../read-body.ts';
import { selectPassedHeaders } from './passed-headers.ts';

/** Undefined: there is no such broker. */
export type Publish = (
  namespace: string,
  broker: string,
  event: CloudEvent,
  passedHeaders: Readonly<Record<string, string>>,
) => Promise<number | undefined>;

export interface IngressParts {
  readonly hasBroker: (namespace: string, broker: string) => boolean;
  readonly publish: Publish;
}

export function answerIngress(parts: IngressParts, request: IncomingMessage, response: ServerResponse): void {
  answer(parts, request).then(
    ({ status, why, headers }) => response.writeHead(status, headers).end(why),
    // The producer closed the connection before its event was complete: no answer can reach it.
    () => response.destroy(),
  );
}

interface IngressAnswer {
  readonly status: number;
  readonly why?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(parts: IngressParts, request: IncomingMessage): Promise<IngressAnswer> {
  if (request.method === 'OPTIONS') {
    const headers = { Allow: 'POST, OPTIONS', 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': '*' };
    return { status: 200, headers };
  }
  if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST, OPTIONS' } };
  const path = request.url ?? '/';
  if (path === '/') return { status: 404, why: 'no broker is named' };
  const [namespace, broker, ...rest] = path.replace(/\/$/, '').split('/').slice(1);
  if (namespace === undefined || broker === undefined || rest.length > 0) {
    return { status: 400, why: 'the path is not /<namespace>/<broker>' };
  }
  const read = readEvent(request.headers, await readBody(request));
  if (read.kind === 'none')
    return { status: 400, why: 'not a CloudEvent: neither ce-specversion nor a CloudEvents content type' };
  if (read.kind === 'fault') return { status: 400, why: read.why };
  if (!parts.hasBroker(namespace, broker)) return { status: 404, why: 'no such broker' };
  const status = await parts.publish(namespace, broker, read.event, selectPassedHeaders(request.headers));
  return { status: status ?? 404 };
}
