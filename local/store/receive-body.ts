/** Reads the body of a request, up to the size the real API server takes. */
import { ApiRefusal } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { IncomingMessage } from 'node:http';

export const maxBodyBytes = 3 * 1024 * 1024;

/** Throws a 413 ApiRefusal when there is more; the connection then has to be closed. */
export async function receiveBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBodyBytes) {
      throw new ApiRefusal(413, 'RequestEntityTooLarge', `limit is ${maxBodyBytes} bytes`, {});
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
