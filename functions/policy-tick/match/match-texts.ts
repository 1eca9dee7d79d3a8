/** What the codes of `explain-match.ts` mean to a reader. A code without a text does not compile. */
import type { MatchReason } from './explain-match.ts';

const texts: Readonly<Record<MatchReason['code'], string>> = {
  selected: 'the selectors of the policy select it',
  named_by_claim: 'the annotation soteria.dev/policy of the claim names the policy',
  named_by_namespace: 'the annotation soteria.dev/policy of its namespace names the policy',
  excluded_by_policy: 'the field exclude of the policy names it',
  selects_nothing: 'the policy has no selector, and no annotation of the claim or its namespace names the policy',
  namespace_labels_differ: 'namespaceSelector does not select its namespace',
  claim_labels_differ: 'labelSelector does not select its labels',
  not_in_claims: 'the field claims does not name it',
  excluded_by_claim: 'the claim excludes itself',
  excluded_by_namespace: 'its namespace excludes it',
  temporary: 'a restore or a restore test is making it',
};

/** Of all claims with this reason. */
export function matchCodeText(code: MatchReason['code']): string {
  return texts[code];
}

export function matchText(reason: MatchReason): string {
  const text = texts[reason.code];
  return 'why' in reason && reason.why !== '' ? `${text}: ${reason.why}` : text;
}
