/** Callers whose token was reviewed a moment ago, so that a burst of calls is one TokenReview. */
import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';

const rememberMs = 60_000;
const maxCallers = 1000;

export interface RememberedCallers {
  /** Undefined: never seen, or too long ago. */
  recall(token: string): Caller | undefined;
  remember(token: string, caller: Caller): void;
}

/** Holds hashes of at most 1000 tokens for at most 60 seconds: a revoked token stays valid for that long. */
export function rememberCallers(now: () => Date): RememberedCallers {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  return {
    recall(token) {
      const key = keyOf(token);
      const found = known.get(key);
      if (found === undefined) return undefined;
      if (found.until > now().getTime()) return found.caller;
      known.delete(key);
      return undefined;
    },
    remember(token, caller) {
      const oldest = known.keys().next();
      if (known.size >= maxCallers && oldest.done !== true) known.delete(oldest.value);
      known.set(keyOf(token), { caller, until: now().getTime() + rememberMs });
    },
  };
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
