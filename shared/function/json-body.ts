/** JSON in and out of HTTP handlers: a clear refusal of what is not strict JSON, and byte counts beyond 2^53 written exactly. */
import { isUtf8 } from 'node:buffer';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { SoteriaError } from '../errors.ts';
import { writeJson } from '../kubernetes/json.ts';
import { findTextFault, readJson } from '../strict-json.ts';

export async function readJsonBody(c: Context): Promise<unknown> {
  const contentType = c.req.header('content-type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
    throw new SoteriaError('unsupported_media_type', {
      what: 'the request cannot be read',
      why: contentType === '' ? 'it has no content-type' : `its content-type is ${contentType.slice(0, 100)}`,
      fix: 'send the body as application/json',
    });
  }
  const { value, fault } = readJson(new Uint8Array(await c.req.arrayBuffer()));
  if (fault === undefined) return value;
  const { member, why, cause } = fault;
  const place = member === '' ? 'its body' : `the member ${member} of its body`;
  const explanation = {
    what: 'the request cannot be read',
    why: `${place} ${why}`,
    fix: 'check the body with a JSON linter',
  };
  throw new SoteriaError('invalid_request', explanation, { cause });
}

/** Throws `invalid_request`. The media type is the caller's to look at. */
export async function readTextBody(c: Context): Promise<string> {
  const bytes = Buffer.from(await c.req.arrayBuffer());
  const fault = isUtf8(bytes) ? findTextFault(bytes.toString('utf8')) : 'is not UTF-8';
  if (fault === undefined) return bytes.toString('utf8');
  throw new SoteriaError('invalid_request', {
    what: 'the request cannot be read',
    why: `its body ${fault}`,
    fix: 'send the body as text in UTF-8',
  });
}

/** As it came, for what passes it on and reads nothing of it. The HTTP door has bounded its length. */
export async function readRawBody(c: Context): Promise<Uint8Array> {
  return new Uint8Array(await c.req.arrayBuffer());
}

/** Byte counts are bigints: they become JSON numbers with all their digits. While Soteria is paused, every object says so. */
export function answerJson(c: Context, body: unknown, status: ContentfulStatusCode = 200): Response {
  const isTold = c.get('isPaused') === true && typeof body === 'object' && body !== null && !Array.isArray(body);
  const said = isTold ? { ...body, paused: true } : body;
  return c.body(writeJson(said), status, { 'content-type': 'application/json; charset=utf-8' });
}
