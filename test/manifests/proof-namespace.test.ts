/** The namespace of the restore tests: its admission, its bounds, and the verifier's rights in it. */
import { describe, expect, it } from 'vitest';
import { commandJob, commandJobName } from '@soteria/shared/verification/command-job.ts';
import { verificationJob, verificationJobName } from '@soteria/shared/verification/verification-job.ts';
import { at, listAt, ofKind, readInstallation } from './installation.ts';

const proof = 'soteria-proof';
const objects = readInstallation();
const inProof = objects.filter(({ metadata }) => metadata.namespace === proof);

describe('the namespace of the restore tests', () => {
  const namespace = ofKind(objects, 'Namespace').find(({ metadata }) => metadata.name === proof);

  it('accepts restricted Pods only', () => {
    expect(namespace?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'soteria.dev/coverage': 'none',
    });
  });

  it('is left alone by the tools that keep a cluster as its repository says', () => {
    expect(namespace?.metadata.annotations).toMatchObject({
      'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
  });

  it('lets no traffic in or out', () => {
    const policies = inProof.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map((one) => one['spec'])).toEqual([{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }]);
  });

  it('bounds claims, storage, Jobs and memory, and has room for two verifications at least', () => {
    const quota = inProof.find(({ kind }) => kind === 'ResourceQuota');
    const hard = at(quota, 'spec', 'hard');
    for (const resource of [
      'persistentvolumeclaims',
      'requests.storage',
      'count/jobs.batch',
      'pods',
      'limits.memory',
    ]) {
      expect(hard).toHaveProperty([resource]);
    }
    expect(at(hard, 'services')).toBe('0');
    expect(Number(at(hard, 'pods'))).toBeGreaterThanOrEqual(2);
  });

  it('lets only the function restore manage the verifier’s Jobs and read their Pods', () => {
    const role = ofKind(objects, 'ClusterRole').find(({ metadata }) => metadata.name === 'soteria-proof');
    expect(listAt(role, 'rules').map((rule) => [at(rule, 'resources'), at(rule, 'verbs')])).toEqual([
      [['jobs'], ['get', 'create', 'delete']],
      [['pods'], ['list']],
    ]);
    const binding = inProof.find(({ kind }) => kind === 'RoleBinding');
    expect(at(binding, 'subjects')).toEqual([{ kind: 'ServiceAccount', name: 'restore', namespace: 'soteria' }]);
  });

  it('has Jobs whose names wake the function restore', () => {
    const wakeups = ofKind(objects, 'Trigger').find(({ metadata }) => metadata.name === 'restore-wakeups');
    const prefixes = listAt(wakeups, 'spec', 'filters', 1, 'any').map((one) => String(at(one, 'prefix', 'name')));
    for (const name of [verificationJobName('uid'), commandJobName('uid')]) {
      expect(prefixes.some((prefix) => name.startsWith(prefix))).toBe(true);
    }
  });

  it('counts the requests of every container of the verifier: a quota refuses a container without requests', () => {
    const frame = {
      operation: { uid: 'uid', name: 'operation', namespace: 'shop' },
      namespace: proof,
      claim: 'data',
      deadlineSeconds: 60,
      ttlSeconds: 60,
    };
    const own = verificationJob({ ...frame, image: 'ghcr.io/soteria-dev/soteria:0.1.0', checks: {} });
    const theirs = commandJob({ ...frame, image: 'registry.example/check:1', argv: ['check'] });
    for (const container of [own, theirs].flatMap(({ spec }) => spec?.template.spec?.containers ?? [])) {
      expect(container.resources?.requests).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
      expect(container.resources?.limits).toMatchObject({ memory: expect.any(String) });
    }
  });
});
