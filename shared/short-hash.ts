/** The beginning of a hash, where a whole text would be too long. Pure. */
import { createHash } from 'node:crypto';

export function shortHash(text: string, length = 6): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
