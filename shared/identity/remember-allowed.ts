/** What somebody was allowed a moment ago, so that a burst of calls is one question. A refusal is asked about again. */
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
