/** The header `Idempotency-Key`: read and checked once for all routes, so that no door takes an unfit one for a key. */
import { SoteriaError } from '../errors.ts';

/** The key becomes part of the record, whose texts are bounded. */
const maxKeyLength = 255;

/** Undefined where the caller sent none; throws `invalid_request` for a key that is empty or too long. */
export function readIdempotencyKey(headers: Pick<Headers, 'get'>): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (key !== '' && key.length <= maxKeyLength) return key;
  throw new SoteriaError('invalid_request', {
    what: 'the request is not valid',
    why: key === '' ? 'its Idempotency-Key is empty' : `its Idempotency-Key is longer than ${maxKeyLength} characters`,
    fix: 'send a key of your own making for each request, such as a UUID, or none',
  });
}
