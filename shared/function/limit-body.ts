/** Bodies are read up to a limit and not a byte further. */
import type { Context } from 'hono';
import { SoteriaError } from '../errors.ts';
import type { RequestHeaders } from '../http/request-headers.ts';

/**
 * Throws `request_too_large`: by `content-length` before reading, else while reading. Hono's own middleware would build a Request
 * from the server adapter's stand-in for one, which Node's Request does not take.
 */
export async function limitBody(c: Context, maxBodyBytes: number): Promise<void> {
  const { raw } = c.req;
  const { method, headers, url, signal } = raw;
  if (method === 'GET' || method === 'HEAD') return;
  refuseDeclared(headers, maxBodyBytes);
  // What has a length is cut to it by Node's HTTP parser.
  if ((headers.has('content-length') && !headers.has('transfer-encoding')) || raw.body === null) return;
  const body = await readAtMost(raw.body, maxBodyBytes);
  c.req.raw = new Request(url, { method, headers, signal, body });
}

/** Throws `request_too_large` when the headers alone say so. */
export function refuseDeclared(headers: RequestHeaders, maxBodyBytes: number): void {
  if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
}

export async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  maxBodyBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function tooLarge(maxBodyBytes: number): SoteriaError {
  return new SoteriaError('request_too_large', {
    what: 'the request was not read',
    why: `its body is larger than ${maxBodyBytes} bytes`,
    fix: 'send less: no request of this product needs that much',
  });
}
