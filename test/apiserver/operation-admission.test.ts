/** A real API server's refusals of Operations that people make: the rules of the CRD and of the admission policy. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyInstallation, removeAdmissionPolicy } from '../manifests/apply-installation.ts';
import { mintToken } from '../servers/service-account.ts';
import type { AdminClient } from '../servers/admin-client.ts';
import { describeWithReferenceCrds, useApiServer } from '../servers/require-api-server.ts';
import { waitUntil } from '../servers/wait-until.ts';

interface OperationBody {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface Status {
  readonly message: string;
  readonly metadata: { readonly name: string };
}

const alice = { user: 'alice', groups: ['team-a'] };
const rbac = 'rbac.authorization.k8s.io';

function operation({ metadata, spec }: OperationBody = {}) {
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { generateName: 'soteria-backup-data-', ...metadata },
    spec: { kind: 'Backup', request: { pvc: 'data' }, ...spec },
  };
}

/** Null removes the label. */
function mark(value: string | null) {
  return { metadata: { labels: { 'soteria.dev/claim': value } } };
}

const refusedForAlice: readonly (readonly [title: string, body: OperationBody, message: string])[] = [
  [
    'a requestedBy that names another user',
    { spec: { requestedBy: { user: 'bob', via: 'kubectl' } } },
    'spec.requestedBy must be {user: alice, via: kubectl}, because that is who asks; leave it out',
  ],
  [
    'a requestedBy that claims another door',
    { spec: { requestedBy: { user: 'alice', via: 'http' } } },
    'spec.requestedBy must be {user: alice, via: kubectl}',
  ],
  [
    'a claim in another namespace',
    { spec: { request: { pvc: 'data', namespace: 'elsewhere' } } },
    'create it in namespace elsewhere, or leave spec.request.namespace out',
  ],
  [
    'a self-test outside the namespace that is made for it',
    { metadata: { generateName: 'soteria-selftest-x-' }, spec: { kind: 'SelfTest', request: {} } },
    'a SelfTest lives in the namespace soteria-proof; create it there',
  ],
  [
    'a prune outside Soteria’s own namespace',
    {
      metadata: { generateName: 'soteria-prune-data-' },
      spec: { kind: 'Prune', request: { pvc: 'data', policy: 'p' } },
    },
    'a Prune lives in the namespace soteria; create it there',
  ],
  [
    'an identity',
    { spec: { identity: 'policy-a|data' } },
    'spec.identity, spec.cause and spec.request.policy are written',
  ],
  [
    'a cause',
    { spec: { cause: { parent: 'other' } } },
    'spec.identity, spec.cause and spec.request.policy are written',
  ],
  [
    'a policy',
    { spec: { request: { pvc: 'data', policy: 'nightly' } } },
    'spec.identity, spec.cause and spec.request.policy are written',
  ],
  [
    'a policy, of a restore test',
    {
      metadata: { generateName: 'soteria-restoretest-data-' },
      spec: { kind: 'RestoreTest', request: { pvc: 'data', policy: 'nightly' } },
    },
    'spec.identity, spec.cause and spec.request.policy are written',
  ],
  ['a label of ours', { metadata: { labels: { 'soteria.dev/claim': 'x' } } }, 'start with soteria.dev/'],
  ['an annotation of ours', { metadata: { annotations: { 'soteria.dev/x': 'x' } } }, 'start with soteria.dev/'],
  [
    'a name that does not tell the kind',
    { metadata: { generateName: undefined, name: 'nightly' } },
    'use metadata.generateName: soteria-backup-data-',
  ],
  [
    'a name that is too long for a label',
    { metadata: { generateName: undefined, name: `soteria-backup-${'x'.repeat(60)}` } },
    'must not be longer than 63 characters',
  ],
  ['a Backup without a claim', { spec: { request: {} } }, 'a Backup needs spec.request.pvc'],
  ['an unknown kind', { spec: { kind: 'Teleport' } }, 'Unsupported value: "Teleport"'],
  ['an unknown member', { spec: { request: { pvc: 'data', claim: 'data' } } }, 'unknown field "spec.request.claim"'],
];

const fixed: readonly (readonly [title: string, patch: object, message: string])[] = [
  ['the request', { spec: { request: { pvc: 'other' } } }, 'spec.request never changes'],
  ['a member that the request had left out', { spec: { request: { mode: 'full' } } }, 'spec.request never changes'],
  ['requestedBy', { spec: { requestedBy: { user: 'alice', via: 'kubectl' } } }, 'spec.requestedBy is written when'],
  ['the identity', { spec: { identity: 'mine' } }, 'spec.identity is written when'],
  ['the cause', { spec: { cause: { id: '1' } } }, 'spec.cause is written when'],
  ['a label of ours', { metadata: { labels: { 'soteria.dev/claim': 'x' } } }, 'start with soteria.dev/'],
];

const testOf = (request: object) => ({
  metadata: { generateName: 'soteria-restoretest-data-' },
  spec: { kind: 'RestoreTest', request: { pvc: 'data', ...request } },
});
const command = { image: 'registry.example/psql:17', argv: ['pg_controldata', '/claim'] };

describeWithReferenceCrds('an Operation made with kubectl', () => {
  const server = useApiServer();
  let namespace = '';
  let asAlice: AdminClient;
  let asBackup: AdminClient;

  beforeAll(async () => {
    await applyInstallation(server.admin);
    namespace = await server.createNamespace('admission');
    await server.admin.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'alice', namespace },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'soteria-operations-edit' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: alice.user }],
    });
    asAlice = server.as(alice);
    asBackup = server.withToken(await mintToken(server.admin, { namespace: 'soteria', name: 'backup' }));
    await waitUntil('alice may make Operations', async () => (await create(asAlice, operation(), true)).status === 201);
  });
  afterAll(() => removeAdmissionPolicy(server.admin));

  const grant = (name: string, where: string) =>
    server.admin.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: `alice-${name}`, namespace: where },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: rbac, kind: 'User', name: alice.user }],
    });
  const path = (name = '', query = '') =>
    `/apis/soteria.dev/v1alpha1/namespaces/${namespace}/operations${name === '' ? '' : `/${name}`}${query}`;
  const create = (client: AdminClient, body: unknown, isDryRun = false) =>
    client.call<Status>('POST', path('', `?fieldValidation=Strict${isDryRun ? '&dryRun=All' : ''}`), body);
  const patch = (client: AdminClient, name: string, body: unknown) =>
    client.call<Status>('PATCH', path(name, '?fieldValidation=Strict'), body, 'application/merge-patch+json');
  const made = async (client: AdminClient, body: unknown) => {
    const { status, body: answer } = await create(client, body);
    expect(answer.message).toBeUndefined();
    expect(status).toBe(201);
    return answer.metadata.name;
  };

  it.each([
    ['in its shortest form', {}],
    ['with the caller in requestedBy', { spec: { requestedBy: { user: 'alice', via: 'kubectl' } } }],
    [
      'with the caller’s own labels and annotations',
      { metadata: { labels: { app: 'x' }, annotations: { note: 'x' } } },
    ],
  ])('is accepted %s', async (_title, body) => {
    expect(await made(asAlice, operation(body))).toMatch(/^soteria-backup-data-/);
  });

  it('is accepted with the claim’s namespace written out', async () => {
    await made(asAlice, operation({ spec: { request: { pvc: 'data', namespace } } }));
  });

  it('gets a name even for a claim with the longest possible name', async () => {
    const spec = { request: { pvc: `${'a'.repeat(200)}.${'b'.repeat(52)}` } };
    const { body } = await create(asAlice, operation({ metadata: { generateName: 'nightly-' }, spec }));
    const generateName = /use metadata\.generateName: (\S+-)$/m.exec(body.message)?.[1];
    expect(generateName).toBe(`soteria-backup-${'a'.repeat(40)}-`);
    await made(asAlice, operation({ metadata: { generateName }, spec }));
  });

  it.each(refusedForAlice)('is refused with %s', async (_title, body, message) => {
    const { status, body: answer } = await create(asAlice, operation(body));
    expect([403, 422, 400]).toContain(status);
    expect(answer.message).toContain(message);
  });

  it.each(fixed)('cannot change %s', async (_title, change, message) => {
    const name = await made(asAlice, operation());
    const { status, body } = await patch(asAlice, name, change);
    expect([403, 422]).toContain(status);
    expect(body.message).toContain(message);
  });

  it('can be cancelled, labelled and deleted by a user who may edit, and the cancellation is never withdrawn', async () => {
    const name = await made(asAlice, operation());
    expect((await patch(asAlice, name, { metadata: { labels: { app: 'x' } } })).status).toBe(200);
    expect((await patch(asAlice, name, { spec: { cancelRequested: true } })).status).toBe(200);
    for (const cancelRequested of [false, null]) {
      const { status, body } = await patch(asAlice, name, { spec: { cancelRequested } });
      expect(status).toBe(422);
      expect(body.message).toContain('a wish to cancel cannot be taken back');
    }
    expect((await asAlice.call('DELETE', path(name))).status).toBe(200);
  });

  it('gets its status from functions only', async () => {
    const name = await made(asAlice, operation());
    const status = { phase: 'Succeeded', progress: 100, message: 'forged', steps: [] };
    expect((await patch(asAlice, `${name}/status`, { status })).status).toBe(403);
    const object = await server.admin.must<Record<string, unknown>>('GET', path(name));
    expect((await asBackup.call('PUT', path(`${name}/status`), { ...object, status })).status).toBe(200);
    const selected = await server.admin.must<{ items: unknown[] }>(
      'GET',
      path('', '?fieldSelector=status.phase=Succeeded'),
    );
    expect(selected.items).toMatchObject([{ metadata: { name }, status }]);
  });

  it('keeps the marks that a function has put on it', async () => {
    const name = await made(asAlice, operation());
    expect((await patch(asBackup, name, mark('abc'))).status).toBe(200);
    expect((await patch(asAlice, name, { spec: { cancelRequested: true } })).status).toBe(200);
    for (const value of ['other', null]) {
      const { status, body } = await patch(asAlice, name, mark(value));
      expect(status).toBe(403);
      expect(body.message).toContain('start with soteria.dev/');
    }
  });

  it('may be a restore test with a command only for a user who may create Jobs where the test runs', async () => {
    const elsewhere = await server.createNamespace('proof');
    await server.admin.apply({
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'makes-jobs' },
      rules: [{ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] }],
    });
    const refused = await create(asAlice, operation(testOf({ verify: { command } })));
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('alice may not in namespace soteria-proof');
    await made(asAlice, operation(testOf({ verify: { database: 'sqlite' } })));

    // Rights in the namespace of the claim are not enough; rights in the namespace of the test are.
    await grant('soteria-operations-edit', elsewhere);
    await grant('makes-jobs', namespace);
    const there = operation(testOf({ testNamespace: elsewhere, verify: { command } }));
    await waitUntil('alice may make Operations there', async () =>
      (await create(asAlice, there, true)).body.message.includes('jobs.batch'),
    );
    expect((await create(asAlice, there)).body.message).toContain(`alice may not in namespace ${elsewhere}`);
    await grant('makes-jobs', elsewhere);
    await waitUntil('alice may make Jobs there', async () => (await create(asAlice, there, true)).status === 201);
    await made(asAlice, there);
  });

  it.each([
    ['a database that is not supported', { database: 'postgres' }, 'Unsupported value: "postgres"'],
    ['files of no database', { databaseFiles: ['a.db'] }, 'verify.databaseFiles needs verify.database'],
    ['a path out of the claim', { database: 'sqlite', databaseFiles: ['a/../../b'] }, 'verify.databaseFiles[0]'],
    ['a command without words', { command: { ...command, argv: [] } }, 'verify.command.argv'],
  ])('is no restore test with %s', async (_title, verify, message) => {
    const { status, body } = await create(asAlice, operation(testOf({ verify })));
    expect(status).toBe(422);
    expect(body.message).toContain(message);
  });

  it('may be made by a function for another user, with identity, cause and marks', async () => {
    const spec = {
      requestedBy: { user: 'bob', via: 'http' },
      identity: 'http|key-1',
      cause: { source: '/shop', id: '1' },
    };
    const labels = { 'soteria.dev/claim': 'abc' };
    await made(asBackup, operation({ metadata: { labels }, spec }));
  });

  it('may not be made by a function for a claim of another namespace either', async () => {
    const { status, body } = await create(
      asBackup,
      operation({ spec: { request: { pvc: 'data', namespace: 'elsewhere' } } }),
    );
    expect(status).toBe(403);
    expect(body.message).toContain('a Backup lives in the namespace of its claim');
  });
});
