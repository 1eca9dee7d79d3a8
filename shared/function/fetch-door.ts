/** Opens a door to a request of the fetch standard: the same doors without a socket. */
import type { Door } from './door.ts';
import { readAtMost, refuseDeclared } from './limit-body.ts';

export async function answerFetch(door: Door, request: Request): Promise<Response> {
  const { status, headers, body } = await door({
    headers: request.headers,
    onHangUp: (listener) => request.signal.addEventListener('abort', listener, { once: true }),
    async readBody(maxBytes) {
      refuseDeclared(request.headers, maxBytes);
      return request.body === null ? new Uint8Array() : readAtMost(request.body, maxBytes);
    },
  });
  return new Response(body ?? null, { status, headers });
}
