/** Which claims a policy takes now, which it does not, and why. Pure. */
import type { PolicyPreviewAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import { compilePolicy, explainMatch } from '../match/explain-match.ts';
import { matchCodeText, matchText } from '../match/match-texts.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { ClaimFacts, NamespaceFacts } from '../tick/claim-facts.ts';
import { type Page, pageBehind } from './page-behind.ts';

type Matches = NonNullable<PolicyPreviewAnswer['matches']>;
type Item = Matches['items'][number];

interface Reason {
  readonly code: string;
  readonly matched: boolean;
  readonly why: string;
  claims: number;
}

export interface MatchesAsked extends Page {
  /** Undefined: those that match and those that do not. */
  readonly isMatched?: boolean | undefined;
}

export interface MatchesFound {
  readonly answer: Matches;
  /** Every one, not only of this page. */
  readonly matching: readonly ClaimFacts[];
}

export function previewMatches(
  policy: ResolvedPolicy,
  namespaces: Iterable<NamespaceFacts>,
  asked: MatchesAsked,
): MatchesFound {
  const compiled = compilePolicy(policy);
  const matching: ClaimFacts[] = [];
  const items: Item[] = [];
  const reasons = new Map<string, Reason>();
  for (const { namespace, claims } of namespaces) {
    for (const claim of claims) {
      const reason = explainMatch(compiled, namespace, claim);
      const { isMatched, code } = reason;
      if (isMatched) matching.push(claim);
      const known = reasons.get(code);
      if (known === undefined) reasons.set(code, { code, matched: isMatched, claims: 1, why: matchCodeText(code) });
      else known.claims += 1;
      const { obstacle } = claim;
      items.push({
        namespace: claim.namespace,
        pvc: claim.name,
        matched: isMatched,
        code,
        why: matchText(reason),
        obstacle: isMatched && obstacle !== undefined ? { code: obstacle.code, why: obstacle.detail } : null,
      });
    }
  }
  // Those that match come first.
  const keyOf = ({ matched, namespace, pvc }: Item) => [`${matched ? 0 : 1} ${namespace}`, pvc] as const;
  const shown = items.filter(({ matched }) => asked.isMatched === undefined || matched === asked.isMatched);
  return {
    matching,
    answer: {
      matched: matching.length,
      not_matched: items.length - matching.length,
      reasons: [...reasons.values()].toSorted((a, b) => b.claims - a.claims || (a.code < b.code ? -1 : 1)),
      ...pageBehind(shown, keyOf, asked),
    },
  };
}
