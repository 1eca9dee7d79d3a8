import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port free on 127.0.0.1 at this moment. Another process may still take it, so the caller retries when its server cannot start. */
export async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
  listener.close();
  await once(listener, 'close');
  return address.port;
}
