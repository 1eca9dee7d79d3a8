/**
 * Reads both stores of policies. Invariants:
 *  1. A policy with a mistake disables only itself, and its fault names object, key and line.
 *  2. The same id in both stores: Git wins, and the conflict is shown.
 *  3. The same id twice in one store disables both: neither is known to be the one that is meant.
 */
import { readPolicyText, type ReadPolicy, type TextFault } from './read-policy-text.ts';
import {
  type PolicyBook,
  type PolicyConflict,
  type PolicyFault,
  type PolicyObject,
  type PolicySource,
  sourceText,
  type StoredPolicy,
} from './stored-policies.ts';

export interface PolicyStores {
  /** The Secret `soteria-policies`; undefined: there is none. */
  readonly api: PolicyObject | undefined;
  /** Labelled objects, in any order. */
  readonly git: readonly PolicyObject[];
}

interface Found {
  readonly policies: StoredPolicy[];
  readonly faults: PolicyFault[];
}

export async function readPolicies({ api, git }: PolicyStores): Promise<PolicyBook> {
  const written = withoutTwins(await readStore('api', api === undefined ? [] : [api]));
  const declared = withoutTwins(await readStore('git', git));
  const inGit = new Map(declared.policies.map((one) => [one.policy.id, one]));
  const conflicts: PolicyConflict[] = [];
  const policies = [...declared.policies];
  // A policy of Git that has a fault is still the one that is meant: the other one does not stand in for it.
  const faulty = new Map(
    declared.faults.flatMap(({ id, source }) => (id === undefined ? [] : [[id, source] as const])),
  );
  for (const one of written.policies) {
    const { id } = one.policy;
    const used = inGit.get(id)?.source ?? faulty.get(id);
    if (used === undefined) policies.push(one);
    else conflicts.push({ id, used, unused: one.source });
  }
  return {
    policies: policies.toSorted((a, b) => compare(a.policy.id, b.policy.id)),
    faults: [...declared.faults, ...written.faults],
    conflicts: conflicts.toSorted((a, b) => compare(a.id, b.id)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function readStore(store: PolicySource['store'], objects: readonly PolicyObject[]): Promise<Found> {
  const found: Found = { policies: [], faults: [] };
  const named = objects.map((object) => ({ object, title: `${object.kind} ${object.namespace}/${object.name}` }));
  for (const { object, title } of named.toSorted((a, b) => compare(a.title, b.title))) {
    for (const [key, text] of Object.entries(object.data).toSorted(([a], [b]) => compare(a, b))) {
      for (const read of await readPolicyText(text)) take(read, { store, object: title, key, line: read.line }, found);
    }
  }
  return found;
}

function take({ id, policy, faults = [] }: ReadPolicy, source: PolicySource, found: Found): void {
  if (policy !== undefined) {
    found.policies.push({ policy, source });
    return;
  }
  const [first] = faults;
  found.faults.push({
    source: { ...source, line: first?.line ?? source.line },
    id,
    what: `The policy ${id === undefined ? '' : `"${id}" `}in ${source.object}, key ${source.key} is disabled`,
    why: faults.map((fault) => faultText(fault)).join('; '),
    fix: `correct ${sourceText({ ...source, line: first?.line ?? source.line })}; until then nothing becomes due by this policy and none of its points is pruned`,
  });
}

function faultText({ line, member, why }: TextFault): string {
  return member === '' ? `line ${line}: ${why}` : `line ${line}: ${member}: ${why}`;
}

function withoutTwins({ policies, faults }: Found): Found {
  const byId = Map.groupBy(policies, ({ policy }) => policy.id);
  const left: Found = { policies: [], faults: [...faults] };
  for (const [id, twins] of byId) {
    const [only] = twins;
    if (only !== undefined && twins.length === 1) {
      left.policies.push(only);
      continue;
    }
    const places = twins.map(({ source }) => sourceText(source));
    for (const { source } of twins) {
      left.faults.push({
        source,
        id,
        what: `The policy "${id}" is disabled`,
        why: `it is defined ${twins.length} times: ${places.join('; ')}`,
        fix: 'give each policy an id of its own, or delete all but one of them',
      });
    }
  }
  return left;
}
