/**
 * Both stores of policies on the API server. Invariants:
 *  1. No Secret is read but by name: `soteria-policies`, and `soteria-policies-git` of Git. Kubernetes cannot limit a list to a label.
 *  2. Every write carries the resourceVersion that it was decided by, so concurrent writes lose nothing.
 *  3. A value that a change does not concern keeps its bytes, whatever they are.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { configMaps, type Secret, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import type { Policy } from '@soteria/shared/policy/policy-schema.ts';
import { type PolicyData, putPolicy, removePolicy } from '../policy/change-policies.ts';
import {
  gitPolicySecretName,
  policiesLabel,
  type PolicyBook,
  type PolicyObject,
  policySecretName,
} from '../policy/stored-policies.ts';
import { type IfMatch, isMatching, noVersion } from './if-match.ts';

/** With the version of the Secret `soteria-policies`; without a Secret it is `0`, which no object has. */
export interface VersionedBook extends PolicyBook {
  readonly version: string;
}

export interface ChangeOptions {
  /** Given: the change is made to one of these versions, or refused. Left out: to the present one. */
  readonly ifMatch?: IfMatch | undefined;
  readonly isDryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PolicyChange {
  readonly did: 'created' | 'replaced' | 'deleted' | 'nothing';
  readonly version: string;
}

export interface PolicyStore {
  read(signal?: AbortSignal): Promise<VersionedBook>;
  put(policy: Policy, options?: ChangeOptions): Promise<PolicyChange>;
  /** Throws `not_found`. */
  remove(id: string, options?: ChangeOptions): Promise<PolicyChange>;
}

const emptyBook: PolicyBook = { policies: [], faults: [], conflicts: [] };

const maxConflicts = 16;

export function createPolicyStore(client: KubernetesClient, namespace: string): PolicyStore {
  const secret = (name: string, signal?: AbortSignal): Promise<Secret | undefined> =>
    client.get(secrets, { namespace, name }, { signal });

  async function readGit(signal?: AbortSignal): Promise<PolicyObject[]> {
    const labelled = listAll(client, configMaps, { namespace, labelSelector: policiesLabel }, { signal });
    const [maps, ofGit] = await Promise.all([Array.fromAsync(labelled), secret(gitPolicySecretName, signal)]);
    const found = maps.map(({ metadata, data = {} }): PolicyObject => {
      return { kind: 'ConfigMap', namespace, name: metadata.name, data };
    });
    return ofGit === undefined ? found : [...found, objectOf(ofGit, namespace)];
  }

  /** The schema and the parser are evaluated with the first policy that there is, not with the start of the function. */
  async function look(signal?: AbortSignal) {
    const [current, git] = await Promise.all([secret(policySecretName, signal), readGit(signal)]);
    const api = current === undefined ? undefined : objectOf(current, namespace);
    const isEmpty = [...git, ...(api === undefined ? [] : [api])].every(({ data }) => Object.keys(data).length === 0);
    if (isEmpty) return { current, api, book: emptyBook };
    const { readPolicies } = await import('../policy/read-policies.ts');
    return { current, api, book: await readPolicies({ api, git }) };
  }

  /** The installation brings the Secret, empty: Kubernetes cannot limit the right to create to a name. */
  async function write(
    current: Secret | undefined,
    data: Readonly<Record<string, string>>,
    { isDryRun, signal }: ChangeOptions,
  ): Promise<string> {
    if (current === undefined) throw noSecret(namespace);
    const written = await client.replace(secrets, { ...current, data }, { signal, isDryRun });
    return isDryRun === true ? current.metadata.resourceVersion : written.metadata.resourceVersion;
  }

  type Decided = { readonly data: PolicyData; readonly did: PolicyChange['did'] };

  async function change(
    decide: (data: PolicyData, book: PolicyBook) => Decided,
    options: ChangeOptions,
  ): Promise<PolicyChange> {
    for (let conflicts = 0; ; conflicts += 1) {
      const { current, api, book } = await look(options.signal);
      const version = current?.metadata.resourceVersion ?? noVersion;
      if (!isMatching(options.ifMatch, version)) throw changedMeanwhile(version);
      const texts = api?.data ?? {};
      const { data, did } = decide(texts, book);
      if (did === 'nothing') return { did, version };
      const next = Object.entries(data).map(([key, text]) => [
        key,
        texts[key] === text ? (current?.data?.[key] ?? '') : Buffer.from(text).toString('base64'),
      ]);
      try {
        return { did, version: await write(current, Object.fromEntries(next), options) };
      } catch (error) {
        if (!wasFaster(error)) throw error;
        if (options.ifMatch !== undefined) throw changedMeanwhile(undefined, error);
        if (conflicts >= maxConflicts) throw error;
      }
    }
  }

  return {
    read: async (signal) => {
      const { current, book } = await look(signal);
      return { ...book, version: current?.metadata.resourceVersion ?? noVersion };
    },
    put: (policy, options = {}) =>
      change((data, book) => {
        const next = putPolicy(data, book, policy);
        const isNew = Object.keys(next).length > Object.keys(data).length;
        const did = isSame(data, next) ? 'nothing' : isNew ? 'created' : 'replaced';
        return { data: next, did };
      }, options),
    remove: (id, options = {}) =>
      change((data, book) => {
        const next = removePolicy(data, book, id);
        if (next === undefined) throw noPolicy(id);
        return { data: next, did: 'deleted' };
      }, options),
  };
}

function objectOf({ metadata, data = {} }: Secret, namespace: string): PolicyObject {
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return { kind: 'Secret', namespace, name: metadata.name, data: Object.fromEntries(texts) };
}

function isSame(data: PolicyData, next: PolicyData): boolean {
  const keys = Object.keys(next);
  return keys.length === Object.keys(data).length && keys.every((key) => data[key] === next[key]);
}

function noSecret(namespace: string): SoteriaError {
  return new SoteriaError('conflict', {
    what: 'The policies were not changed',
    why: `the Secret ${namespace}/${policySecretName} does not exist; the installation brings it, empty`,
    fix: `apply the installation again, or: kubectl create secret generic ${policySecretName} -n ${namespace}`,
  });
}

/** Somebody wrote or deleted the Secret between our look and our write. */
function wasFaster(error: unknown): boolean {
  if (!(error instanceof SoteriaError)) return false;
  return error.code === 'cluster_conflict' || error.code === 'not_found';
}

function changedMeanwhile(version: string | undefined, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'precondition_failed',
    {
      what: 'The policies were not changed',
      why: `If-Match names another version of the Secret ${policySecretName}${version === undefined ? '' : `; the present one is "${version}"`}`,
      fix: 'read GET /v1/policies again, look at what changed, and send the change with the ETag of that answer',
    },
    { cause },
  );
}

export function noPolicy(id: string): SoteriaError {
  return new SoteriaError('not_found', {
    what: `The policy "${id.slice(0, 64)}" was not found`,
    why: 'neither the API nor Git holds a policy with this id',
    fix: 'list the policies with GET /v1/policies',
  });
}
