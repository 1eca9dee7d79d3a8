/** Bodies are read up to a limit and not a byte further. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { SoteriaError } from '../errors.ts';
import { firstMismatch } from '../events/check-event.ts';

/** Throws `request_too_large`: by `content-length` before reading, else while reading. */
export function limitBody(maxBodyBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new SoteriaError('request_too_large', {
        what: 'the request was not read',
        why: `its body is larger than ${maxBodyBytes} bytes`,
        fix: 'send less: no request of this product needs that much',
      });
    },
  });
}

/** The JSON body of an HTTP request, by its strict schema; throws `unsupported_media_type` or `invalid_request` with all mismatches. */
export async function readJsonBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.infer<T>> {
  const mediaType = (c.req.header('content-type') ?? 'application/json').split(';', 1).join('').trim().toLowerCase();
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new SoteriaError('unsupported_media_type', {
      what: 'the body was not read',
      why: `its content type is ${JSON.stringify(mediaType.slice(0, 64))}`,
      fix: 'send JSON with the content type application/json',
    });
  }
  const parsed = schema.safeParse(parseJson(await c.req.text()));
  if (parsed.success) return parsed.data;
  const members = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ member: path.join('.'), message }));
  throw new SoteriaError(
    'invalid_request',
    {
      what: 'the body does not fit',
      why: firstMismatch(parsed.error),
      fix: 'correct the members that the list "members" names',
    },
    { cause: parsed.error, details: { members } },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SoteriaError(
      'invalid_request',
      { what: 'the body was not read', why: 'it is not JSON', fix: 'send one well-formed JSON object' },
      { cause },
    );
  }
}
