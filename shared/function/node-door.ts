/** Opens a door to a request of `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Door, DoorRequest } from './door.ts';
import type { RequestHeaders } from '../http/request-headers.ts';
import { refuseDeclared, tooLarge } from './limit-body.ts';

/** Never rejects: a door that throws is answered 500. */
export async function answerAtDoor(door: Door, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { status, headers, body } = await door(requestOf(incoming, outgoing)).catch(() => failed);
  outgoing.writeHead(status, headers).end(body);
  // What the door has not read is read away. Closing instead loses the answer to a sender that still sends: it would try again.
  incoming.resume();
}

const failed = { status: 500, headers: {}, body: undefined };

function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): DoorRequest {
  const headers = headersOf(incoming);
  return {
    headers,
    onHangUp: (listener) =>
      void outgoing.once('close', () => {
        if (!outgoing.writableFinished) listener();
      }),
    readBody: (maxBytes) => readBody(incoming, headers, maxBytes),
  };
}

/** Node has lower-cased the names; what came twice is joined as RFC 9110 says. */
function headersOf({ headers }: IncomingMessage): RequestHeaders {
  const textOf = (value: string | string[]): string => (typeof value === 'string' ? value : value.join(', '));
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : textOf(value);
    },
    *[Symbol.iterator]() {
      for (const [name, value] of Object.entries(headers)) if (value !== undefined) yield [name, textOf(value)];
    },
  };
}

function readBody(incoming: IncomingMessage, headers: RequestHeaders, maxBytes: number): Promise<Uint8Array> {
  refuseDeclared(headers, maxBytes);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= maxBytes) return;
    // Read on, or the answer does not get through; keep nothing.
    incoming.off('data', take);
    reject(tooLarge(maxBytes));
  };
  incoming.on('data', take);
  incoming.once('end', () => resolve(Buffer.concat(chunks)));
  incoming.once('error', reject);
  return promise;
}
