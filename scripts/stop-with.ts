import type { Explanation } from '@soteria/shared/errors.ts';

/** Ends a script with exit code 1, saying what happened, why, and how to fix it. */
export function stopWith({ what, why, fix }: Explanation): never {
  console.error(`\n${what}\n  why: ${why}\n  fix: ${fix}`);
  process.exit(1);
}
