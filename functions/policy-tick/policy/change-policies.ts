/**
 * What the Secret `soteria-policies` holds after a policy was created, replaced or deleted. The caller writes it with the resourceVersion it has
 * read. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Policy } from '@soteria/shared/policy/policy-schema.ts';
import {
  policiesLabel,
  type PolicyBook,
  type PolicyObject,
  policySecretName,
  type PolicySource,
  sourceText,
} from './stored-policies.ts';

export type PolicyData = PolicyObject['data'];

/** Kubernetes accepts 1 MiB of values; the rest is for the object around them. */
export const maxPolicyBytes = 1_000_000;

/** Refused, when it comes from Git: it would come back with the next synchronisation. */
function refuseGit(book: PolicyBook, id: string, verb: string): void {
  const sources = [
    ...book.policies.map(({ policy, source }) => ({ id: policy.id, source })),
    ...book.faults.map(({ id: of, source }) => ({ id: of, source })),
  ];
  const inGit = sources.find((one) => one.id === id && one.source.store === 'git');
  if (inGit === undefined) return;
  throw new SoteriaError('conflict', {
    what: `The policy "${id}" was not ${verb}`,
    why: `it comes from Git (${sourceText(inGit.source)}), and the API changes only policies of the Secret ${policySecretName}`,
    fix: 'change it in Git, or give this policy another id',
  });
}

/**
 * The keys under which a policy stands, whoever wrote them. A text under the policy's own key that cannot be read counts as the policy: it can
 * be replaced and deleted.
 */
function keysOf(book: PolicyBook, id: string): readonly string[] {
  const keys = namedIn(book).filter(
    ({ id: of, source }) => of === id || (of === undefined && source.key === ownKey(id)),
  );
  return [...new Set(keys.map(({ source }) => source.key))];
}

interface Named {
  /** Undefined: the text could not be read so far. */
  readonly id: string | undefined;
  readonly source: PolicySource;
}

/** Everything that the Secret `soteria-policies` holds. */
function namedIn(book: PolicyBook): readonly Named[] {
  const all: Named[] = [
    ...book.policies.map(({ policy: { id }, source }) => ({ id, source })),
    ...book.faults,
    ...book.conflicts.map(({ id, unused }) => ({ id, source: unused })),
  ];
  return all.filter(({ source }) => source.store === 'api');
}

function ownKey(id: string): string {
  return `${id}.json`;
}

/** A value may hold several YAML documents: a change of one policy must not take the others with it. */
function refuseShared(book: PolicyBook, id: string, verb: string): void {
  const keys = new Set([...keysOf(book, id), ownKey(id)]);
  const other = namedIn(book).find(
    ({ id: of, source: { key } }) => keys.has(key) && of !== id && !(of === undefined && key === ownKey(id)),
  );
  if (other === undefined) return;
  throw new SoteriaError('conflict', {
    what: `The policy "${id}" was not ${verb}`,
    why: `the key ${other.source.key} of the Secret ${policySecretName} also holds ${other.id === undefined ? `a text that cannot be read (line ${other.source.line})` : `the policy "${other.id}"`}`,
    fix: `edit the Secret ${policySecretName} so that each policy has a key of its own`,
  });
}

export function putPolicy(data: PolicyData, book: PolicyBook, policy: Policy): PolicyData {
  const { id } = policy;
  refuseGit(book, id, 'written');
  refuseShared(book, id, 'written');
  const key = ownKey(id);
  const others = Object.entries(data).filter(([other]) => other !== key && !keysOf(book, id).includes(other));
  const next = { ...Object.fromEntries(others), [key]: `${JSON.stringify(policy, undefined, 2)}\n` };
  const bytes = Object.entries(next).reduce((sum, [name, text]) => sum + Buffer.byteLength(name + text), 0);
  if (bytes <= maxPolicyBytes) return next;
  throw new SoteriaError('request_too_large', {
    what: `The policy "${policy.id}" was not written`,
    why: `the Secret ${policySecretName} would hold ${bytes} bytes of ${Object.keys(next).length} policies; ${maxPolicyBytes} fit into one Secret`,
    fix: `merge policies that differ only in their claims, delete those that select nothing, or keep policies in ConfigMaps with the label ${policiesLabel}`,
  });
}

/** Undefined: there is no such policy. */
export function removePolicy(data: PolicyData, book: PolicyBook, id: string): PolicyData | undefined {
  const keys = keysOf(book, id);
  if (keys.length === 0) {
    refuseGit(book, id, 'deleted');
    return undefined;
  }
  refuseShared(book, id, 'deleted');
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)));
}
