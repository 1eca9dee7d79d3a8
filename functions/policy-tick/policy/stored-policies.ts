/** Where policies are stored, and what is found there. */
import type { Policy } from '@soteria/shared/policy/policy-schema.ts';

/** What the API writes: one key for each policy. */
export const policySecretName = 'soteria-policies';
/** The one Secret of Git that is read: a Secret is read by name alone, since Kubernetes cannot limit a list to a label. */
export const gitPolicySecretName = 'soteria-policies-git';
/** On ConfigMaps that hold policies from Git. The API shows those policies and never changes them. */
export const policiesLabel = 'soteria.dev/policies';

/** One object that holds policies; its values are text (of a Secret: decoded). */
export interface PolicyObject {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface PolicySource {
  readonly store: 'api' | 'git';
  /** `Secret soteria/soteria-policies`. */
  readonly object: string;
  readonly key: string;
  /** The first line of the policy in the value of that key, from 1. */
  readonly line: number;
}

export interface StoredPolicy {
  readonly policy: Policy;
  readonly source: PolicySource;
}

/** Why one policy is disabled. The others work on. */
export interface PolicyFault {
  readonly source: PolicySource;
  /** Undefined: the text could not be read so far. */
  readonly id: string | undefined;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface PolicyConflict {
  readonly id: string;
  readonly used: PolicySource;
  readonly unused: PolicySource;
}

/** Everything that the stores hold. */
export interface PolicyBook {
  /** By id, in the order of ids. */
  readonly policies: readonly StoredPolicy[];
  readonly faults: readonly PolicyFault[];
  readonly conflicts: readonly PolicyConflict[];
}

export function sourceText({ object, key, line }: PolicySource): string {
  return `${object}, key ${key}, line ${line}`;
}
