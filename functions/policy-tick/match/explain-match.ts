/**
 * Whether one policy takes one claim, and why. Pure. The more specific word wins:
 *  1. the claim itself is left out (`soteria.dev/exclude`, `soteria.dev/backup: "false"`, a copy that is being made);
 *  2. the policy leaves it out (`exclude`);
 *  3. the claim names the policy (`soteria.dev/policy`);
 *  4. its namespace is left out;
 *  5. its namespace names the policy;
 *  6. the selectors of the policy: every one that is given must select it, and a policy without any selects nothing.
 */
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { isSelected, type Labels } from '@soteria/shared/policy/label-selectors.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import { type ClaimPatterns, compilePatterns } from './claim-patterns.ts';

/** On a claim or a namespace: ids of policies, separated by commas. */
export const policyAnnotation = 'soteria.dev/policy';
/** On a claim or a namespace: why it is left out. */
export const excludeAnnotation = 'soteria.dev/exclude';
/** On a claim, as label or annotation, with the value `false`: an older way to leave it out. */
const backupKey = 'soteria.dev/backup';

export interface Marked {
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
}

export interface ClaimToMatch extends Marked {
  readonly namespace: string;
}

export type MatchReason =
  | { readonly isMatched: true; readonly code: 'selected' | 'named_by_claim' | 'named_by_namespace' }
  | {
      readonly isMatched: false;
      readonly code:
        | 'excluded_by_policy'
        | 'selects_nothing'
        | 'namespace_labels_differ'
        | 'claim_labels_differ'
        | 'not_in_claims';
    }
  | ({ readonly isMatched: false } & Exclusion);

/** What a claim or its namespace says of itself. */
export interface Exclusion {
  readonly code: 'excluded_by_claim' | 'excluded_by_namespace' | 'temporary';
  /** The reason that is written there; empty: none. */
  readonly why: string;
}

export interface CompiledPolicy {
  readonly policy: ResolvedPolicy;
  readonly claims: ClaimPatterns | undefined;
  readonly exclude: ClaimPatterns;
}

export function compilePolicy(policy: ResolvedPolicy): CompiledPolicy {
  return {
    policy,
    claims: policy.claims === undefined ? undefined : compilePatterns(policy.claims),
    exclude: compilePatterns(policy.exclude),
  };
}

const none: ReadonlySet<string> = new Set();

/** The ids in the annotation `soteria.dev/policy`. */
export function namedPolicies({ annotations }: Marked): ReadonlySet<string> {
  const text = annotations[policyAnnotation];
  if (text === undefined) return none;
  return new Set(
    text
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== ''),
  );
}

export function exclusionOfClaim({ labels, annotations }: Marked): Exclusion | undefined {
  if (labels[temporaryLabel] !== undefined) return { code: 'temporary', why: '' };
  const why = annotations[excludeAnnotation];
  if (why !== undefined) return { code: 'excluded_by_claim', why };
  const isOff = labels[backupKey] === 'false' || annotations[backupKey] === 'false';
  return isOff ? { code: 'excluded_by_claim', why: `${backupKey} is "false"` } : undefined;
}

export function exclusionOfNamespace({ annotations }: Marked): Exclusion | undefined {
  const why = annotations[excludeAnnotation];
  return why === undefined ? undefined : { code: 'excluded_by_namespace', why };
}

export function explainMatch(compiled: CompiledPolicy, namespace: Marked, claim: ClaimToMatch): MatchReason {
  const { policy, exclude } = compiled;
  const ownExclusion = exclusionOfClaim(claim);
  if (ownExclusion !== undefined) return { isMatched: false, ...ownExclusion };
  if (exclude.isMatch(claim.namespace, claim.name)) return { isMatched: false, code: 'excluded_by_policy' };
  if (namedPolicies(claim).has(policy.id)) return { isMatched: true, code: 'named_by_claim' };
  const exclusion = exclusionOfNamespace(namespace);
  if (exclusion !== undefined) return { isMatched: false, ...exclusion };
  if (namedPolicies(namespace).has(policy.id)) return { isMatched: true, code: 'named_by_namespace' };
  return explainSelectors(compiled, namespace, claim);
}

function explainSelectors({ policy, claims }: CompiledPolicy, namespace: Marked, claim: ClaimToMatch): MatchReason {
  const { namespaceSelector, labelSelector } = policy;
  if (namespaceSelector === undefined && labelSelector === undefined && claims === undefined) {
    return { isMatched: false, code: 'selects_nothing' };
  }
  if (namespaceSelector !== undefined && !isSelected(namespaceSelector, namespace.labels)) {
    return { isMatched: false, code: 'namespace_labels_differ' };
  }
  if (labelSelector !== undefined && !isSelected(labelSelector, claim.labels)) {
    return { isMatched: false, code: 'claim_labels_differ' };
  }
  if (claims !== undefined && !claims.isMatch(claim.namespace, claim.name)) {
    return { isMatched: false, code: 'not_in_claims' };
  }
  return { isMatched: true, code: 'selected' };
}
