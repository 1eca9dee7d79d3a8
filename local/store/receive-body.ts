/** Reads the body of a request, up to the size that the real API server accepts. */
import { ApiRefusal } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { IncomingMessage } from 'node:http';

export const maxBodyBytes = 3 * 1024 * 1024;

/** Throws a 413 ApiRefusal when the body is larger; the caller then has to close the connection. */
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
