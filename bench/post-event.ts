/** CloudEvents in the binary mode, as a broker posts them. */
import { type Agent, request } from 'node:http';

export interface BenchEvent {
  readonly type: string;
  /** Default: the bench. */
  readonly source?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends it unsigned, with its own id. */
function toMessage({ type, data, source = '/soteria/bench' }: BenchEvent): Message {
  const attributes = {
    'ce-specversion': '1.0',
    'ce-id': crypto.randomUUID(),
    'ce-source': source,
    'ce-time': new Date().toISOString(),
    'ce-type': type,
  };
  return { headers: { 'content-type': 'application/json', ...attributes }, body: JSON.stringify(data) };
}

/** Returns the status; rejects when no server listens. */
export function postEvent(port: number, event: BenchEvent, agent?: Agent): Promise<number> {
  return post(port, toMessage(event), agent);
}

export function post(port: number, { headers, body }: Message, agent?: Agent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(
    {
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/',
      agent: agent ?? false,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    },
    (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    },
  );
  outgoing.once('error', reject);
  outgoing.end(body);
  return promise;
}
