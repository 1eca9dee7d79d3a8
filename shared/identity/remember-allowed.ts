/** Remembers the rights of a caller for a moment, so that a burst of calls needs one review. A refusal is reviewed again. */
const rememberMs = 10_000;
const maxAllowed = 1_000;

export interface RememberedAllowances {
  isKnown(question: object): boolean;
  remember(question: object): void;
}

/** Remembers for at most 10 seconds: a revoked right stays valid for that long. A right that is granted counts at once. */
export function rememberAllowed(now: () => Date): RememberedAllowances {
  const until = new Map<string, number>();
  return {
    isKnown: (question) => (until.get(JSON.stringify(question)) ?? 0) > now().getTime(),
    remember(question) {
      if (until.size >= maxAllowed) until.clear();
      until.set(JSON.stringify(question), now().getTime() + rememberMs);
    },
  };
}
