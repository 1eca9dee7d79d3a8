/** The header `If-Match` of RFC 9110 over a resourceVersion. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { IfMatch } from '../store/if-match.ts';

/** Undefined: there is no such header. */
export function readIfMatch(header: string | undefined): IfMatch | undefined {
  const text = header?.trim();
  if (text === undefined) return undefined;
  if (text === '*') return text;
  const tags = text.split(',').map((tag) => /^\s*"([^"\s]{1,128})"\s*$/.exec(tag)?.[1]);
  const known = tags.filter((tag) => tag !== undefined);
  if (known.length === tags.length) return known;
  throw new SoteriaError('invalid_request', {
    what: 'the request cannot be read',
    why: 'its header If-Match is neither * nor a list of strong entity tags, each in double quotes',
    fix: 'send the ETag of GET /v1/policies as it came, or leave the header out',
  });
}
