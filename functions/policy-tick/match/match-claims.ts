/**
 * Which of many policies take a claim. Pure. `explainMatch` judges; an index by labels, namespaces and names hands it few policies, so that a
 * thousand policies and a hundred thousand claims are not a hundred million judgements.
 */
import { isSelected, requiredLabels } from '@soteria/shared/policy/label-selectors.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import {
  type ClaimToMatch,
  type CompiledPolicy,
  compilePolicy,
  type Exclusion,
  exclusionOfClaim,
  exclusionOfNamespace,
  explainMatch,
  type Marked,
  namedPolicies,
} from './explain-match.ts';

export interface ClaimMatch {
  /** In the order of their ids. */
  readonly policies: readonly ResolvedPolicy[];
  /** Why it is left out on purpose; undefined while a policy takes it. */
  readonly exclusion: Exclusion | undefined;
  /** The policy whose own `exclude` leaves it out, when no other takes it. */
  readonly excludedBy: string | undefined;
  /** Ids that its annotations name and no policy has. */
  readonly unknown: readonly string[];
}

export type MatchClaim = (namespace: Marked, claim: ClaimToMatch) => ClaimMatch;

type Postings = Map<string, CompiledPolicy[]>;

interface PolicyIndex {
  readonly byId: ReadonlyMap<string, CompiledPolicy>;
  /** By the namespace, then by the name of the claim. */
  readonly byClaim: Map<string, Postings>;
  readonly byClaimNamespace: Postings;
  /** By the key of the label, then by its value. */
  readonly byClaimLabel: Map<string, Postings>;
  readonly byNamespaceLabel: Postings;
  /** Policies that any claim must be held against. */
  readonly rest: CompiledPolicy[];
}

function addTo(postings: Postings, keys: Iterable<string>, policy: CompiledPolicy): void {
  for (const key of keys) {
    const list = postings.get(key);
    if (list === undefined) postings.set(key, [policy]);
    else list.push(policy);
  }
}

/** `key=value` or `namespace/claim`: no key and no namespace has the separator in it. */
function addSplit(
  index: Map<string, Postings>,
  texts: Iterable<string>,
  separator: '=' | '/',
  policy: CompiledPolicy,
): void {
  for (const text of texts) {
    const at = text.indexOf(separator);
    const first = text.slice(0, at);
    const postings = index.get(first) ?? new Map<string, CompiledPolicy[]>();
    index.set(first, postings);
    addTo(postings, [text.slice(at + 1)], policy);
  }
}

function countLabels(lists: readonly (readonly string[] | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const label of lists.flatMap((list) => list ?? [])) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Each policy stands at one place: where the fewest others stand beside it. */
function indexPolicies(policies: readonly ResolvedPolicy[]): PolicyIndex {
  const index: PolicyIndex = {
    byId: new Map(policies.map((policy) => [policy.id, compilePolicy(policy)])),
    byClaim: new Map(),
    byClaimNamespace: new Map(),
    byClaimLabel: new Map(),
    byNamespaceLabel: new Map(),
    rest: [],
  };
  const hinted = [...index.byId.values()].map((compiled) => {
    const { labelSelector, namespaceSelector } = compiled.policy;
    return {
      compiled,
      claimLabels: labelSelector === undefined ? undefined : requiredLabels(labelSelector),
      namespaceLabels: namespaceSelector === undefined ? undefined : requiredLabels(namespaceSelector),
    };
  });
  const ofClaims = countLabels(hinted.map(({ claimLabels }) => claimLabels));
  const ofNamespaces = countLabels(hinted.map(({ namespaceLabels }) => namespaceLabels));
  const most = (counts: ReadonlyMap<string, number>, labels: readonly string[] | undefined) =>
    labels === undefined ? Infinity : Math.max(0, ...labels.map((label) => counts.get(label) ?? 0));
  for (const { compiled, claimLabels, namespaceLabels } of hinted) {
    const { claims } = compiled;
    if (claims?.exact !== undefined) addSplit(index.byClaim, claims.exact, '/', compiled);
    else if (claims?.namespaces !== undefined) addTo(index.byClaimNamespace, claims.namespaces, compiled);
    else if (most(ofClaims, claimLabels) < most(ofNamespaces, namespaceLabels)) {
      addSplit(index.byClaimLabel, claimLabels ?? [], '=', compiled);
    } else if (namespaceLabels !== undefined) addTo(index.byNamespaceLabel, namespaceLabels, compiled);
    else if (selectsSomething(compiled)) index.rest.push(compiled);
  }
  return index;
}

function selectsSomething({ policy, claims }: CompiledPolicy): boolean {
  return policy.namespaceSelector !== undefined || policy.labelSelector !== undefined || claims !== undefined;
}

const noPolicies: readonly CompiledPolicy[] = [];
const noIds: readonly string[] = [];

/** Policies that may take claims of a namespace by what the namespace is. */
function policiesOfNamespace(index: PolicyIndex, namespace: Marked): readonly CompiledPolicy[] {
  const labelled = Object.entries(namespace.labels).flatMap(
    ([key, value]) => index.byNamespaceLabel.get(`${key}=${value}`) ?? noPolicies,
  );
  const selecting = [...labelled, ...index.rest].filter(
    ({ policy: { namespaceSelector } }) =>
      namespaceSelector === undefined || isSelected(namespaceSelector, namespace.labels),
  );
  return [...selecting, ...(index.byClaimNamespace.get(namespace.name) ?? noPolicies)];
}

function candidatesFor(index: PolicyIndex, view: NamespaceView, claim: ClaimToMatch): readonly CompiledPolicy[] {
  const byName = view.byName?.get(claim.name);
  let all = byName === undefined ? view.policies : view.policies.concat(byName);
  // Few keys stand in policies; a claim has many labels.
  for (const [key, byValue] of index.byClaimLabel) {
    const value = claim.labels[key];
    const labelled = value === undefined ? undefined : byValue.get(value);
    if (labelled !== undefined) all = all.concat(labelled);
  }
  return all;
}

/** What is known of a namespace once, for all of its claims. */
interface NamespaceView {
  readonly policies: readonly CompiledPolicy[];
  /** Policies that name its claims. */
  readonly byName: Postings | undefined;
  readonly named: ReadonlySet<string>;
  readonly exclusion: Exclusion | undefined;
}

export function createMatcher(policies: readonly ResolvedPolicy[]): MatchClaim {
  const index = indexPolicies(policies);
  const views = new WeakMap<Marked, NamespaceView>();

  function viewOf(namespace: Marked): NamespaceView {
    let view = views.get(namespace);
    if (view === undefined) {
      view = {
        policies: policiesOfNamespace(index, namespace),
        byName: index.byClaim.get(namespace.name),
        named: namedPolicies(namespace),
        exclusion: exclusionOfNamespace(namespace),
      };
      views.set(namespace, view);
    }
    return view;
  }

  return (namespace, claim) => {
    const own = exclusionOfClaim(claim);
    if (own !== undefined) return { policies: [], exclusion: own, excludedBy: undefined, unknown: noIds };
    const view = viewOf(namespace);
    const ofClaim = namedPolicies(claim);
    const unknown: string[] = [];
    const taking: ResolvedPolicy[] = [];
    let excludedBy: string | undefined;
    const judge = (compiled: CompiledPolicy) => {
      const reason = explainMatch(compiled, namespace, claim);
      if (reason.isMatched && !taking.includes(compiled.policy)) taking.push(compiled.policy);
      if (reason.code === 'excluded_by_policy') excludedBy ??= compiled.policy.id;
    };
    for (const id of ofClaim.size + view.named.size === 0 ? noIds : new Set([...ofClaim, ...view.named])) {
      const compiled = index.byId.get(id);
      if (compiled === undefined) unknown.push(id);
      else judge(compiled);
    }
    for (const compiled of candidatesFor(index, view, claim)) judge(compiled);
    taking.sort((a, b) => (a.id < b.id ? -1 : 1));
    if (taking.length > 0) return { policies: taking, exclusion: undefined, excludedBy: undefined, unknown };
    return { policies: taking, exclusion: view.exclusion, excludedBy, unknown };
  };
}
