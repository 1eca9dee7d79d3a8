/**
 * What the Secret `soteria-policies` holds after a policy was created, replaced or deleted. The caller writes it with the resourceVersion it has
 * read. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Policy } from './policy-schema.ts';
import { policiesLabel, type PolicyBook, type PolicyObject, policySecretName, sourceText } from './stored-policies.ts';

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

/** The key under which a policy stands, whoever wrote it. */
function keyOf(book: PolicyBook, id: string): readonly string[] {
  const sources = [
    ...book.policies.filter(({ policy }) => policy.id === id).map(({ source }) => source),
    ...book.faults.filter((fault) => fault.id === id).map(({ source }) => source),
    ...book.conflicts.filter((conflict) => conflict.id === id).map(({ unused }) => unused),
  ];
  return [...new Set(sources.filter(({ store }) => store === 'api').map(({ key }) => key))];
}

export function putPolicy(data: PolicyData, book: PolicyBook, policy: Policy): PolicyData {
  refuseGit(book, policy.id, 'written');
  const key = `${policy.id}.json`;
  const others = Object.entries(data).filter(([other]) => other !== key && !keyOf(book, policy.id).includes(other));
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
  const keys = keyOf(book, id);
  if (keys.length === 0) {
    refuseGit(book, id, 'deleted');
    return undefined;
  }
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)));
}
