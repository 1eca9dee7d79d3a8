/** Comparing a secret text in constant time. */
import { timingSafeEqual } from 'node:crypto';

/** All are tried in any case: the time taken says nothing about which one fits. */
export function equalsOneOf(given: string, expected: readonly string[]): boolean {
  const bytes = Buffer.from(given);
  let isGood = false;
  for (const one of expected) {
    const other = Buffer.from(one);
    if (bytes.length === other.length && timingSafeEqual(bytes, other)) isGood = true;
  }
  return isGood;
}
