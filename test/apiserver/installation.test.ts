/** The installation on a real API server, and the rights that it grants. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyInstallation, removeAdmissionPolicy } from '../manifests/apply-installation.ts';
import { at, deployDir, listAt, readInstallation } from '../manifests/installation.ts';
import { describeWithControllers, describeWithReferenceCrds, useApiServer } from '../servers/require-api-server.ts';
import { waitUntil } from '../servers/wait-until.ts';

interface Question {
  readonly verb: string;
  /** `plural.group/subresource`; no group: the core's. */
  readonly resource: string;
  /** Left out: all namespaces, or a resource without a namespace. */
  readonly namespace?: string;
  readonly name?: string;
}

const ask = (verb: string, resource: string, namespace?: string, name?: string): Question => ({
  verb,
  resource,
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});

const longhorn = 'longhorn-system';
const allowed: readonly (readonly [account: string, questions: readonly Question[]])[] = [
  [
    'backup',
    [
      ...['get', 'list', 'create', 'patch', 'delete'].map((verb) => ask(verb, 'operations.soteria.dev')),
      ask('update', 'operations.soteria.dev/status'),
      ask('get', 'persistentvolumeclaims'),
      ask('get', 'persistentvolumes'),
      ask('get', 'namespaces', undefined, 'kube-system'),
      ask('create', 'tokenreviews.authentication.k8s.io'),
      ask('create', 'subjectaccessreviews.authorization.k8s.io'),
      ask('get', 'volumes.longhorn.io', longhorn),
      ask('get', 'backuptargets.longhorn.io', longhorn),
      ask('list', 'backupvolumes.longhorn.io', longhorn),
      ...['get', 'list', 'create', 'patch', 'delete'].flatMap((verb) => [
        ask(verb, 'snapshots.longhorn.io', longhorn),
        ask(verb, 'backups.longhorn.io', longhorn),
      ]),
    ],
  ],
  [
    'policy-tick',
    [
      ...['get', 'list', 'delete'].map((verb) => ask(verb, 'operations.soteria.dev')),
      ask('create', 'events', 'soteria'),
      ...['create', 'delete'].map((verb) => ask(verb, 'pingsources.sources.knative.dev', 'soteria')),
      ask('create', 'tokenreviews.authentication.k8s.io'),
      ask('create', 'subjectaccessreviews.authorization.k8s.io'),
    ],
  ],
  [
    'soteria-watch',
    [
      'operations.soteria.dev',
      'snapshots.longhorn.io',
      'backups.longhorn.io',
      'volumes.longhorn.io',
      'jobs.batch',
    ].flatMap((resource) => ['get', 'list', 'watch'].map((verb) => ask(verb, resource))),
  ],
];

/** For every account. */
const neverAllowed: readonly Question[] = [
  ask('*', '*.*'),
  ...['get', 'list', 'watch'].map((verb) => ask(verb, 'secrets', 'soteria')),
  ask('create', 'secrets', 'soteria'),
  ask('get', 'secrets', longhorn),
  ...['update', 'deletecollection'].map((verb) => ask(verb, 'persistentvolumeclaims', 'default')),
  ask('delete', 'namespaces', undefined, 'default'),
  ask('create', 'pods', 'soteria'),
  ask('create', 'pods/exec', 'default'),
  ask('create', 'serviceaccounts/token', 'soteria'),
  ask('impersonate', 'users'),
  ask('create', 'clusterrolebindings.rbac.authorization.k8s.io'),
  ask('deletecollection', 'volumes.longhorn.io', longhorn),
  ask('delete', 'customresourcedefinitions.apiextensions.k8s.io'),
  ask('create', 'pingsources.sources.knative.dev', 'default'),
];

/** Only `restore` makes claims and deletes the claims it has made. */
const ofRestore: readonly Question[] = [
  ...['create', 'patch', 'delete'].map((verb) => ask(verb, 'persistentvolumeclaims', 'default')),
  ask('delete', 'persistentvolumes'),
  ask('delete', 'volumes.longhorn.io', longhorn),
  // Of its own self-test: the admission policy refuses any other.
  ask('delete', 'backupvolumes.longhorn.io', longhorn),
];

/** Has Longhorn read a backup target: `restore` for a point that is not listed yet, `policy-tick` to confirm a deletion. */
const readTarget = ask('patch', 'backuptargets.longhorn.io', longhorn);

const deniedTo: readonly (readonly [account: string, questions: readonly Question[]])[] = [
  [
    'backup',
    [
      ask('get', 'namespaces', undefined, 'default'),
      ask('delete', 'backups.longhorn.io', 'default'),
      ask('create', 'jobs.batch', 'default'),
    ],
  ],
  [
    'policy-tick',
    [
      ask('update', 'operations.soteria.dev/status', 'default'),
      // It deletes single points that a policy no longer keeps, and makes none.
      ask('create', 'backups.longhorn.io', longhorn),
      ask('deletecollection', 'backups.longhorn.io', longhorn),
      ask('delete', 'backups.longhorn.io', 'default'),
      ask('delete', 'snapshots.longhorn.io', longhorn),
      ask('create', 'events', 'default'),
      ask('get', 'secrets', 'soteria', 'soteria-signing'),
      ask('update', 'configmaps', 'soteria', 'soteria-config'),
    ],
  ],
  [
    'restore',
    [
      ask('create', 'backups.longhorn.io', longhorn),
      ask('delete', 'operations.soteria.dev', 'default'),
      ask('create', 'jobs.batch', 'default'),
      ask('get', 'secrets', 'default'),
    ],
  ],
  [
    'b2-usage',
    [
      ask('delete', 'backups.longhorn.io', longhorn),
      ask('get', 'persistentvolumeclaims', 'default'),
      ask('create', 'jobs.batch', 'default'),
      ask('get', 'secrets', 'soteria'),
    ],
  ],
  [
    'console',
    [
      // It stores the wish to cancel, and makes nothing.
      ask('create', 'operations.soteria.dev', 'default'),
      ask('delete', 'operations.soteria.dev', 'default'),
      ask('update', 'operations.soteria.dev/status', 'default'),
      ask('create', 'backups.longhorn.io', longhorn),
      ask('get', 'secrets', 'soteria'),
    ],
  ],
  [
    'notify',
    [
      ask('get', 'secrets', 'soteria', 'soteria-signing'),
      ask('patch', 'operations.soteria.dev', 'default'),
      ask('get', 'persistentvolumeclaims', 'default'),
      ask('update', 'configmaps', 'soteria', 'soteria-dead-letters'),
      ask('delete', 'pingsources.sources.knative.dev', 'soteria', 'sweep-busy'),
    ],
  ],
  [
    'soteria-watch',
    [
      ask('update', 'operations.soteria.dev', 'default'),
      ask('create', 'tokenreviews.authentication.k8s.io'),
      ask('get', 'persistentvolumeclaims', 'default'),
    ],
  ],
];

function inWords({ verb, resource, namespace, name }: Question): string {
  return `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/**
 * The members that an apply may change, without those that controllers write meanwhile (such as the status of a quota). Without Knative's
 * conversion webhook a bare server stores an EventType without its attributes, and then misses them.
 */
function appliedParts(objects: readonly unknown[]): unknown[] {
  return objects
    .filter((one) => at(one, 'kind') !== 'EventType')
    .map((one) => {
      const { status: _status, metadata, ...rest } = one as { status?: unknown; metadata: Record<string, unknown> };
      const { resourceVersion: _version, managedFields: _fields, ...identity } = metadata;
      return [rest, identity];
    });
}

describeWithReferenceCrds('the installation', () => {
  const server = useApiServer();
  beforeAll(() => applyInstallation(server.admin));
  afterAll(() => removeAdmissionPolicy(server.admin));

  async function grantsTo(account: string, questions: readonly Question[]): Promise<string[]> {
    const answers = await Promise.all(questions.map((question) => isGranted(account, question)));
    return questions.filter((_question, index) => answers[index]).map(inWords);
  }

  async function isGranted(account: string, { verb, resource, namespace, name }: Question): Promise<boolean> {
    const [path = '', subresource] = resource.split('/');
    const [plural, ...group] = path.split('.');
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:soteria:${account}`,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:soteria', 'system:authenticated'],
        resourceAttributes: { verb, resource: plural, group: group.join('.'), subresource, namespace, name },
      },
    };
    const { status } = await server.admin.must<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      review,
    );
    return status.allowed;
  }

  it('is applied by kubectl, strictly, and a second time without a change', ({ skip }) => {
    const { kubectlPath, kubeconfigPath } = server.access;
    if (kubectlPath === undefined) {
      console.warn('!!! kubectl apply -k deploy is NOT tried: there is no kubectl. Run `npm run servers`.');
      skip('there is no kubectl');
      return;
    }
    const apply = () => {
      const flags = ['--server-side', '--force-conflicts', '--validate=strict', '-o', 'json'];
      const args = ['--kubeconfig', kubeconfigPath, 'apply', '-k', deployDir, ...flags];
      return listAt(JSON.parse(execFileSync(kubectlPath, args, { encoding: 'utf8', stdio: 'pipe' })), 'items');
    };
    const first = apply();
    expect(first).toHaveLength(readInstallation().length);
    expect(appliedParts(apply())).toEqual(appliedParts(first));
  });

  it.each([
    ['server-side', ['--server-side', '--force-conflicts']],
    ['by the client', []],
  ])('applied again %s leaves the policies in their Secret', async (_title, flags) => {
    const { kubectlPath, kubeconfigPath } = server.access;
    if (kubectlPath === undefined) throw new Error('there is no kubectl: run `npm run servers`');
    const path = '/api/v1/namespaces/soteria/secrets/soteria-policies';
    const file = join(deployDir, 'knative/base/policy-tick/policies.yaml');
    const apply = () => {
      const args = ['--kubeconfig', kubeconfigPath, 'apply', '-f', file, ...flags];
      execFileSync(kubectlPath, args, { encoding: 'utf8', stdio: 'pipe' });
    };
    await server.admin.must('DELETE', path);
    apply();
    // The write of policy-tick: the whole object as it was read.
    const made = await server.admin.must<object>('GET', path);
    const data = { 'nightly.json': Buffer.from('{"id":"nightly"}').toString('base64') };
    await server.admin.must('PUT', path, { ...made, data });
    apply();
    expect(at(await server.admin.must('GET', path), 'data')).toEqual(data);
  });

  it.each(allowed)('grants %s what it needs', async (account, questions) => {
    expect(await grantsTo(account, questions)).toEqual(questions.map(inWords));
  });

  describe.each(deniedTo)('%s', (account, foreign) => {
    it('is granted nothing that would let it take or destroy data', async () => {
      const questions = [
        ...neverAllowed,
        ...(account === 'restore' ? [] : ofRestore),
        ...(account === 'restore' || account === 'policy-tick' ? [] : [readTarget]),
      ];
      expect(await grantsTo(account, questions)).toEqual([]);
    });

    it('is granted no right of another account’s work', async () => {
      expect(await grantsTo(account, foreign)).toEqual([]);
    });
  });
});

describeWithControllers('the admission policy', () => {
  const server = useApiServer();
  beforeAll(() => applyInstallation(server.admin));
  afterAll(() => removeAdmissionPolicy(server.admin));

  it('has expressions that fit the schema of the Operation', async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/operations.soteria.dev';
    interface Policy {
      readonly metadata: { readonly generation: number };
      readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: object };
    }
    const policy = await waitUntil('the expressions have been checked', async () => {
      const found = await server.admin.must<Policy>('GET', path);
      return found.status?.observedGeneration === found.metadata.generation && found;
    });
    expect(policy.status?.typeChecking ?? {}).toEqual({});
  });
});
