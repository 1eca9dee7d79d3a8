import { SoteriaError } from '@soteria/shared/errors.ts';
import { configMaps, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readPolicies } from '../policy/read-policies.ts';
import { policiesLabel, policySecretName } from '../policy/stored-policies.ts';
import { createTestBench } from '../test-bench.ts';
// Loaded here, so that no test has to wait for it.
import './policy-doors.ts';

type Bench = ReturnType<typeof createTestBench>;

const nightly = { id: 'nightly', schedule: '30 2 * * *', timeZone: 'Europe/Berlin', namespaceSelector: {} };

interface Sent {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function ask({ app }: Bench, route: string, { body, headers = {} }: Sent = {}) {
  const [method = '', path = ''] = route.split(' ');
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const answer = await app.request(path, body === undefined ? init : { ...init, body: text });
  const said = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  const value: Record<string, unknown> = isJson ? JSON.parse(said) : { text: said };
  return { status: answer.status, etag: answer.headers.get('etag'), body: value };
}

async function putInGit({ client }: Bench, policy: object): Promise<void> {
  const metadata = { namespace: 'soteria', name: 'team', labels: { [policiesLabel]: '' } };
  const data = { 'p.json': JSON.stringify(policy) };
  await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
}

describe('a policy through the API', () => {
  it('is created, shown, replaced under its ETag, and deleted; each change is announced once', async () => {
    const bench = createTestBench();
    const empty = await ask(bench, 'GET /v1/policies');
    expect(empty).toMatchObject({ status: 200, etag: `"${String(empty.body['version'])}"`, body: { items: [] } });
    const ifMatch = { 'if-match': String(empty.etag) };
    const made = await ask(bench, 'POST /v1/policies', { body: nightly, headers: ifMatch });
    expect(made).toMatchObject({ status: 200, body: { id: 'nightly', change: 'created', dry_run: false } });
    expect(await ask(bench, 'POST /v1/policies', { body: nightly })).toMatchObject({ body: { change: 'none' } });
    const shown = await ask(bench, 'GET /v1/policies/nightly');
    const source = { store: 'api', object: 'Secret soteria/soteria-policies', key: 'nightly.json', line: 1 };
    expect(shown).toMatchObject({ etag: made.etag, body: { policy: nightly, editable: true, source, unused: null } });
    const paused = { ...nightly, suspend: true };
    const late = await ask(bench, 'POST /v1/policies', { body: paused, headers: ifMatch });
    expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    const inTime = await ask(bench, 'POST /v1/policies', {
      body: paused,
      headers: { 'if-match': `"9", ${made.etag}` },
    });
    expect(inTime.body['change']).toBe('replaced');
    expect(await ask(bench, 'DELETE /v1/policies?id=nightly&dry_run=true')).toMatchObject({
      etag: inTime.etag,
      body: { change: 'deleted', dry_run: true },
    });
    expect(await ask(bench, 'DELETE /v1/policies?id=nightly')).toMatchObject({ body: { change: 'deleted' } });
    expect(await ask(bench, 'DELETE /v1/policies/nightly')).toMatchObject({ status: 404 });
    expect(bench.published.map(({ type, data }) => [type, data['policy'], data['change']])).toEqual(
      ['created', 'replaced', 'deleted'].map((change) => ['dev.soteria.policy.changed.v1', 'nightly', change]),
    );
  });

  it('is changed although the sink accepts no event', async () => {
    const bench = createTestBench({
      onPublish: () => {
        throw new Error('no sink');
      },
    });
    expect(await ask(bench, 'POST /v1/policies', { body: nightly })).toMatchObject({ body: { change: 'created' } });
  });

  it('needs the right to list Operations in the namespace of Soteria to be seen, and to create them to be changed', async () => {
    const asked: unknown[] = [];
    const bench = createTestBench({ onAuthorize: (access) => asked.push(access) });
    await ask(bench, 'GET /v1/policies');
    await ask(bench, 'GET /v1/policies/nightly');
    await ask(bench, 'POST /v1/policies/preview', { body: nightly });
    await ask(bench, 'GET /v1/policies/nightly/preview');
    await ask(bench, 'POST /v1/policies', { body: nightly });
    await ask(bench, 'DELETE /v1/policies/nightly');
    const namespace = 'soteria';
    const [seen, changed] = [
      { verb: 'list', namespace },
      { verb: 'create', namespace },
    ];
    // The claims and restore points of a preview are of all namespaces.
    const all = { verb: 'list' };
    expect(asked).toEqual([seen, seen, seen, all, seen, changed, changed]);
  });
});

describe('a policy whose restore tests run a command', () => {
  const command = { image: 'registry.example/psql:17', argv: ['pg_controldata'] };
  const proved = { ...nightly, verify: { every: '7d', command } };

  it('is written only by a caller who may create Jobs where the tests run', async () => {
    const bench = createTestBench({
      onAuthorize: ({ of, namespace }) => {
        if (of?.plural !== 'jobs') return;
        throw new SoteriaError('forbidden', {
          what: 'refused',
          why: `no Jobs in ${namespace}`,
          fix: 'ask for the right',
        });
      },
    });
    const refused = await ask(bench, 'POST /v1/policies', { body: proved });
    expect(refused).toMatchObject({ status: 403, body: { why: 'no Jobs in soteria-proof' } });
    expect((await ask(bench, 'GET /v1/policies')).body['items']).toEqual([]);
    expect((await ask(bench, 'POST /v1/policies', { body: nightly })).status).toBe(200);
    expect((await ask(createTestBench(), 'POST /v1/policies', { body: proved })).status).toBe(200);
  });
});

describe('a bad request about policies', () => {
  it.each([
    ['an unknown member', { body: { ...nightly, retentoin: {} } }, 'retentoin'],
    ['a bad schedule', { body: { ...nightly, schedule: '0 25 * * *' } }, 'schedule: the schedule has the hour "25"'],
    ['no JSON', { body: '{' }, 'its body'],
    ['a bad If-Match', { body: nightly, headers: { 'if-match': 'W/"1"' } }, 'If-Match'],
    [
      'a mistake in YAML',
      { body: 'id: a\nschedule: 0 2 * * *\nretention:\n  keepDaily: -1\n', headers: { 'content-type': 'text/yaml' } },
      'line 4: retention.keepDaily: ',
    ],
    ['two policies', { body: 'id: a\n---\nid: b\n', headers: { 'content-type': 'application/yaml' } }, 'line 3: '],
    [
      'a text that no request may hold, by an escape',
      {
        body: 'id: a\nrpo: 1h\nverify: {every: 7d, command: {image: a, argv: ["\\0"]}}\n',
        headers: { 'content-type': 'application/yaml' },
      },
      'NUL',
    ],
    ['no policy', { body: '\n', headers: { 'content-type': 'application/yaml' } }, 'holds no policy'],
  ])('%s is refused by name, and changes nothing', async (_what, sent, why) => {
    const bench = createTestBench();
    const { status, body } = await ask(bench, 'POST /v1/policies', sent);
    expect([status, body['code']]).toEqual([400, 'invalid_request']);
    expect(body['why']).toContain(why);
    const secret = await bench.client.get(secrets, { namespace: 'soteria', name: policySecretName });
    expect(secret?.data).toBeUndefined();
  });

  it.each(['GET /v1/policies?format=xml', 'DELETE /v1/policies', 'DELETE /v1/policies/a?force=true'])(
    '%s',
    async (route) => {
      expect(await ask(createTestBench(), route)).toMatchObject({
        status: 400,
        body: { what: 'the query is not valid' },
      });
    },
  );
});

describe('policies of both stores', () => {
  it('Git wins, the conflict is shown, and the API changes nothing of Git', async () => {
    const bench = createTestBench();
    await ask(bench, 'POST /v1/policies', { body: nightly });
    await putInGit(bench, { ...nightly, schedule: '0 4 * * *' });
    const { body } = await ask(bench, 'GET /v1/policies');
    expect(body).toMatchObject({
      items: [{ policy: { schedule: '0 4 * * *' }, editable: false }],
      conflicts: [{ id: 'nightly', used: { object: 'ConfigMap soteria/team' }, unused: { key: 'nightly.json' } }],
    });
    expect(await ask(bench, 'GET /v1/policies/nightly')).toMatchObject({ body: { unused: { store: 'api' } } });
    expect(await ask(bench, 'POST /v1/policies', { body: nightly })).toMatchObject({ status: 409 });
  });

  it('in YAML are a ConfigMap with the policies of the API, which reads as the same policies', async () => {
    const bench = createTestBench();
    await ask(bench, 'POST /v1/policies', { body: nightly });
    const retention = { keepDaily: 7, keepWithin: '2d' };
    await ask(bench, 'POST /v1/policies', {
      body: { id: 'hourly', preset: '@hourly-random', claims: ['a/*'], retention },
    });
    await putInGit(bench, { ...nightly, id: 'of-git' });
    const { body } = await ask(bench, 'GET /v1/policies?format=yaml');
    const [manifest] = parseAllDocuments(String(body['text'])).map((document) => document.toJS());
    expect(manifest).toMatchObject({
      kind: 'ConfigMap',
      metadata: { namespace: 'soteria', labels: { [policiesLabel]: '' } },
    });
    const git = [{ kind: 'ConfigMap', namespace: 'soteria', name: 'x', data: manifest.data }] as const;
    const { policies } = await readPolicies({ api: undefined, git });
    expect(policies.map(({ policy }) => policy)).toEqual([
      { id: 'hourly', preset: '@hourly-random', claims: ['a/*'], retention },
      nightly,
    ]);
    expect(body['text']).toContain('# Left out: of-git: in Git already (ConfigMap soteria/team)');
  });

  it('a policy with a mistake is listed with its line, and asked for by itself it is refused with it', async () => {
    const bench = createTestBench();
    await ask(bench, 'POST /v1/policies', { body: nightly });
    const ref = { namespace: 'soteria', name: policySecretName };
    const bad = Buffer.from('id: bad\nschedule: never\n').toString('base64');
    await bench.client.patch(secrets, ref, { data: { 'bad.yaml': bad } });
    expect(await ask(bench, 'GET /v1/policies')).toMatchObject({
      body: { items: [{ policy: nightly }], faults: [{ id: 'bad', source: { key: 'bad.yaml', line: 2 } }] },
    });
    const one = await ask(bench, 'GET /v1/policies/bad/preview');
    expect(one).toMatchObject({
      status: 422,
      body: {
        why: 'it holds a mistake at Secret soteria/soteria-policies, key bad.yaml, line 2',
        problems: [expect.stringContaining('line 2: schedule: ')],
      },
    });
  });
});

describe('the preview of a policy', () => {
  it('refuses a bare id, and says where the preview of a stored policy is', async () => {
    const bench = createTestBench();
    for (const body of [{ id: 'nightly' }, { from: 'cron' }, { from: 'recurring-jobs', id: 'nightly' }]) {
      const answer = await ask(bench, 'POST /v1/policies/preview', { body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(answer.body['fix']).toContain('GET /v1/policies/{id}/preview');
    }
  });

  it('marks the runs that a change of the clock moves or repeats, and stores nothing', async () => {
    const bench = createTestBench();
    const { body } = await ask(bench, 'POST /v1/policies/preview', {
      body: { ...nightly, schedule: '30 2 25-31 3,10 SUN' },
    });
    expect(body).toMatchObject({ schedule: '30 2 25-31 3,10 SUN', time_zone: 'Europe/Berlin' });
    const { body: plain } = await ask(bench, 'POST /v1/policies/preview', {
      body: { ...nightly, schedule: '30 2 25 10 *' },
    });
    expect(plain['runs']).toHaveLength(10);
    expect(plain['runs']).toMatchObject([
      { at: '2026-10-25T00:30:00.000Z', local: '2026-10-25T02:30:00+02:00', clock: 'repeats', announced: true },
      { at: '2027-10-25T00:30:00.000Z', local: '2027-10-25T02:30:00+02:00', clock: null, announced: true },
      ...Array.from({ length: 8 }, () => ({})),
    ]);
    const { body: spring } = await ask(bench, 'POST /v1/policies/preview', {
      body: { ...nightly, schedule: '30 2 28 3 *' },
    });
    expect(spring['runs']).toMatchObject([
      { at: '2027-03-28T01:00:00.000Z', local: '2027-03-28T03:00:00+02:00', clock: 'moved', announced: false },
      ...Array.from({ length: 9 }, () => ({})),
    ]);
    expect((await ask(bench, 'GET /v1/policies')).body['items']).toEqual([]);
  });

  it('names the PingSource schedule and what the policy does not do', async () => {
    const bench = createTestBench();
    const policy = {
      id: 'odd',
      schedule: '0 12 * * *',
      claims: ['a/b'],
      rpo: '6h',
      suspend: true,
      window: { from: '22:00', to: '04:00' },
      startingDeadlineSeconds: 60,
    };
    await ask(bench, 'POST /v1/policies', { body: policy });
    const { body } = await ask(bench, 'GET /v1/policies/odd/preview');
    expect(body).toMatchObject({ ping_source: { schedule: '0 12 * * *', time_zone: 'UTC' }, jitter_seconds: 0 });
    expect(body['runs']).toMatchObject(
      Array.from({ length: 10 }, () => ({ not_before: expect.stringContaining('T22:00:00') })),
    );
    expect(body['warnings']).toEqual([
      expect.stringContaining('suspended'),
      expect.stringContaining('no retention'),
      expect.stringContaining('no verify'),
      'The objective of 6 h cannot be met: up to 24 h pass between two of the next runs.',
      expect.stringContaining('10 are outside the window'),
      expect.stringContaining('10 wait longer than startingDeadlineSeconds'),
      'No claim matches the policy now.',
    ]);
  });
});

describe('the preview from recurring jobs', () => {
  it('shows the policy of each job that Longhorn has, and the command that stops the job for a claim', async () => {
    const bench = createTestBench();
    const apiVersion = 'longhorn.io/v1beta2';
    const inLonghorn = (name: string, labels = {}) => ({ namespace: 'longhorn-system', name, labels });
    const claim = { namespace: 'shop', name: 'data', uid: 'uid-1' };
    const driver = 'driver.longhorn.io';
    bench.cluster.seed(
      {
        apiVersion,
        kind: 'RecurringJob',
        metadata: inLonghorn('weekly'),
        spec: { name: 'weekly', task: 'backup', cron: '0 3 * * 0', retain: 4, concurrency: 1, groups: ['default'] },
      },
      {
        apiVersion,
        kind: 'Volume',
        metadata: inLonghorn('vol-1', { 'recurring-job-group.longhorn.io/default': 'enabled' }),
        spec: {},
        status: { state: 'detached' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: claim,
        spec: { volumeName: 'pv-1' },
        status: { phase: 'Bound' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: 'pv-1' },
        spec: { claimRef: claim, csi: { driver, volumeHandle: 'vol-1' } },
      },
    );
    const { status, body } = await ask(bench, 'POST /v1/policies/preview', { body: { from: 'recurring-jobs' } });
    expect([status, body]).toMatchObject([
      200,
      {
        items: [
          {
            job: 'weekly',
            policies: [{ id: 'weekly', claims: ['shop/data'], retention: { keepLast: 4 } }],
            claims: [{ pvc: 'data', detached: true, stop: { object: 'RecurringJob longhorn-system/weekly' } }],
          },
        ],
      },
    ]);
    const [policy] = (body['items'] as { policies: object[] }[])[0]?.policies ?? [];
    expect(await ask(bench, 'POST /v1/policies', { body: policy })).toMatchObject({ body: { change: 'created' } });
    expect(await ask(bench, 'POST /v1/policies/preview', { body: { from: 'velero' } })).toMatchObject({ status: 400 });
    const wrong = 'POST /v1/policies/preview?decision=neither';
    expect(await ask(bench, wrong, { body: { from: 'recurring-jobs' } })).toMatchObject({ status: 400 });
  });
});
