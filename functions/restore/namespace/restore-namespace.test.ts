import { createAdaptorServer } from '@hono/node-server';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { isTerminal, operations } from '@soteria/shared/operation/record/schema.ts';
import fc from 'fast-check';
import supertest from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { createTestBench, silent } from '../test-bench.ts';

// Hundreds of generated histories: on a busy machine more than the five seconds a test has.
vi.setConfig({ testTimeout: 60_000 });

function open() {
  const bench = createTestBench();
  bench.seedBackups(
    { name: 'a-old', at: '2026-01-20T02:00:00Z', pvc: 'a' },
    { name: 'a-new', at: '2026-01-27T02:00:00Z', pvc: 'a' },
    { name: 'b-old', at: '2026-01-21T02:00:00Z', pvc: 'b' },
    { name: 'c-new', at: '2026-01-27T02:00:00Z', pvc: 'c' },
  );
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

const ask = { namespace: 'shop', target_namespace: 'shop', name_suffix: '-copy' };

async function wakeAll({ tools, store }: Pick<Bench, 'tools' | 'store'>): Promise<void> {
  for (const { metadata } of await store.list({ namespace: 'shop' })) {
    await advanceOperation(tools, { namespace: 'shop', name: metadata.name }, { log: silent }).catch(
      (error: unknown) => {
        if (!(error instanceof SoteriaError && error.isRetryable)) throw error;
      },
    );
  }
}

async function runToEnd(bench: Bench): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    bench.pass(2_000);
    await bench.step();
    await wakeAll(bench);
  }
}

describe('POST /v1/restores/namespace', () => {
  it('tells in a dry run what of each claim would come back, and what has no point', async () => {
    const bench = open();
    const plan = await bench.http
      .post('/v1/restores/namespace')
      .send({ ...ask, as_of: '2026-01-25T00:00:00Z', dry_run: true })
      .expect(200);
    expect(plan.body.claims.map((one: { pvc: string; restore_point: string }) => [one.pvc, one.restore_point])).toEqual(
      [
        ['a', 'longhorn:default/a-old'],
        ['b', 'longhorn:default/b-old'],
      ],
    );
    expect(plan.body.without_point).toMatchObject([{ pvc: 'c', why: expect.stringContaining('c-new') }]);
    expect(await bench.store.list({})).toEqual([]);
  });

  it('brings every claim back, a second run changes nothing', async () => {
    const bench = open();
    const asked = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
    await runToEnd(bench);
    const told = await bench.http.get(asked.headers['location'] ?? '').expect(200);
    expect(told.body).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 3, claimsFailed: 0 } });
    for (const name of ['a-copy', 'b-copy', 'c-copy']) {
      expect((await bench.getClaim(name))?.status?.phase).toBe('Bound');
    }
    const before = await bench.everythingMade();
    bench.pass(60_000);
    const again = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
    await runToEnd(bench);
    const second = await bench.http.get(again.headers['location'] ?? '').expect(200);
    expect(second.body).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 3 } });
    expect(await bench.everythingMade()).toEqual(before);
  });

  it('tells a partial success as such, and a second run picks up what was missing', async () => {
    const bench = open();
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'b-copy', namespace: 'shop', labels: { owner: 'somebody' } },
    });
    const asked = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
    await runToEnd(bench);
    const told = await bench.http.get(asked.headers['location'] ?? '').expect(200);
    expect(told.body).toMatchObject({
      phase: 'Failed',
      error: { what: '2 of 3 claims of namespace shop were restored' },
      result: { claimsRestored: 2, claimsFailed: 1, problems: [expect.stringMatching(/^b: .*never overwrites/)] },
    });
    expect((await bench.getClaim('b-copy'))?.metadata.labels).toEqual({ owner: 'somebody' });

    // What is backed up meanwhile is not of this set: the fix names the instant.
    bench.seedBackups({ name: 'a-newer', at: '2026-01-31T01:30:30Z', pvc: 'a' });
    const asOf = /as_of (\S+):/.exec(told.body.error.fix)?.[1];
    await bench.client.delete(persistentVolumeClaims, { namespace: 'shop', name: 'b-copy' });
    bench.pass(60_000);
    const again = await bench.http
      .post('/v1/restores/namespace')
      .send({ ...ask, as_of: asOf })
      .expect(202);
    await runToEnd(bench);
    const second = await bench.http.get(again.headers['location'] ?? '').expect(200);
    expect(second.body).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 3, claimsFailed: 0 } });
    expect(await bench.everythingMade()).toHaveLength(9);
  });

  it.each<[string, object, number]>([
    ['no target namespace', { namespace: 'shop' }, 400],
    ['an unknown member', { ...ask, force: true }, 400],
  ])('refuses %s', async (_title, body, status) => {
    await open().http.post('/v1/restores/namespace').send(body).expect(status);
  });

  it('refuses a namespace without any point', async () => {
    const bench = open();
    const empty = { ...ask, namespace: 'empty' };
    const answer = await bench.http.post('/v1/restores/namespace').send(empty).expect(404);
    expect(answer.body).toMatchObject({ code: 'restore_point_not_found' });
    const plan = await bench.http
      .post('/v1/restores/namespace')
      .send({ ...empty, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({ claims: [], blocked_by: [{ code: 'restore_point_not_found' }] });
  });

  describe('of a namespace that lives', () => {
    const elsewhere = { namespace: 'shop', target_namespace: 'soteria' };
    const living = (name: string, phase: string, labels: Record<string, string> = {}) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'shop', labels },
      spec: { volumeName: `pv-of-${name}` },
      status: { phase },
    });

    it('lists a living claim that has no restore point, with the reason, and is no success', async () => {
      const bench = open();
      bench.cluster.seed(living('a', 'Bound'), living('never', 'Bound'), living('waits', 'Pending'));
      const without = [
        { pvc: 'never', why: 'it has no restore point' },
        { pvc: 'waits', why: 'it has no restore point: it is Pending, not Bound' },
      ];
      const send = (more: object) => bench.http.post('/v1/restores/namespace').send({ ...elsewhere, ...more });
      const plan = await send({ dry_run: true }).expect(200);
      expect(plan.body).toMatchObject({ without_point: without, blocked_by: [] });
      const asked = await send({}).expect(202);
      expect(asked.body.without_point).toEqual(without);
      for (let round = 0; round < 20; round += 1) {
        bench.pass(2_000);
        await bench.step();
        for (const { metadata } of await bench.store.list({ namespace: 'soteria' })) {
          await advanceOperation(bench.tools, metadata, { log: silent });
        }
      }
      const told = await bench.http.get(asked.headers['location'] ?? '').expect(200);
      expect(told.body).toMatchObject({
        phase: 'Failed',
        error: { what: '3 of 5 claims of namespace shop were restored' },
        result: { claimsRestored: 3, claimsWithoutPoint: 2, problems: without.map(({ pvc, why }) => `${pvc}: ${why}`) },
      });
      const recorded = await bench.store.get({ namespace: 'soteria', name: asked.body.operation });
      expect(recorded?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Partial', status: 'True' }));
    });

    it('lists what was excluded from backups, and succeeds without it', async () => {
      const bench = open();
      bench.cluster.seed(living('cache', 'Bound', { 'soteria.dev/backup': 'false' }));
      const asked = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
      expect(asked.body.without_point).toEqual([
        { pvc: 'cache', why: 'it has no restore point: its label soteria.dev/backup is "false"' },
      ]);
      await runToEnd(bench);
      const told = await bench.http.get(asked.headers['location'] ?? '').expect(200);
      expect(told.body).toMatchObject({ phase: 'Succeeded', result: { claimsRestored: 3, claimsWithoutPoint: 1 } });
    });

    it.each<[string, object]>([
      ['claims that it names', { pvcs: ['a'] }],
      ['points of another cluster', { cluster_id: 'cluster-2' }],
    ])('lists no living claim when it asks for %s', async (_title, more) => {
      const bench = open();
      bench.cluster.seed(living('never', 'Bound'));
      const plan = await bench.http
        .post('/v1/restores/namespace')
        .send({ ...ask, ...more, dry_run: true })
        .expect(200);
      expect(plan.body.without_point).toEqual([]);
    });
  });

  it('cancelled, cancels its children and leaves nothing but what was restored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 5 }), async (steps) => {
        const bench = open();
        const asked = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
        for (let step = 0; step < steps; step += 1) {
          await bench.step();
          await wakeAll(bench);
        }
        const location = new URL(asked.headers['location'] ?? '', 'http://x');
        const { status } = await bench.http.post(`${location.pathname}/cancel${location.search}`);
        await runToEnd(bench);
        const recorded = await bench.store.list({});
        expect(recorded.every((one) => isTerminal(one.status?.phase) && one.status?.settled === true)).toBe(true);
        const done = recorded.filter((one) => one.spec.kind === 'Restore' && one.status?.phase === 'Succeeded');
        expect(await bench.everythingMade()).toHaveLength(done.length * 3);
        if (status === 202) {
          const parent = recorded.find((one) => one.spec.kind === 'NamespaceRestore');
          expect(['Cancelled', 'Succeeded']).toContain(parent?.status?.phase);
        }
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    ['dev.knative.apiserver.ref.delete', 'its deletion'],
    ['dev.soteria.operation.due.v1', 'the next sweep'],
  ])('deleted, ends with its children at %s', async (type) => {
    const bench = open();
    const asked = await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
    const parent = { namespace: 'shop', name: asked.body.operation };
    const children = async () => (await bench.store.list({})).filter(({ spec }) => spec.kind === 'Restore');
    expect(await children()).toHaveLength(3);
    await bench.client.delete(operations, parent);
    const isDeletion = type.endsWith('.delete');
    const meant = isDeletion
      ? [{ ...parent, kind: 'Operation' }]
      : (await children()).map(({ metadata, spec }) => ({
          namespace: 'shop',
          name: metadata.name,
          kind: spec.kind,
        }));
    for (const data of meant) {
      const event = { 'ce-specversion': '1.0', 'ce-id': crypto.randomUUID(), 'ce-source': 'x', 'ce-type': type };
      const body = isDeletion ? { ...data, apiVersion: 'soteria.dev/v1alpha1' } : data;
      await bench.http.post('/').set(event).send(body).expect(204);
    }
    expect((await children()).map(({ status }) => status?.phase)).toEqual(['Cancelled', 'Cancelled', 'Cancelled']);
    await runToEnd(bench);
    expect(await bench.everythingMade()).toEqual([]);
  });

  it('makes every child once, whatever dies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 30 }), { maxLength: 6 }), async (deaths) => {
        const bench = open();
        await bench.http.post('/v1/restores/namespace').send(ask).expect(202);
        for (const after of deaths) {
          let left = after;
          const dying = new Proxy(bench.tools.store, {
            get: (object, key) => {
              const member: unknown = Reflect.get(object, key);
              if (typeof member !== 'function') return member;
              return (...given: unknown[]): unknown => {
                left -= 1;
                if (left < 0) throw new SoteriaError('cluster_unavailable', { what: 'x', why: 'x', fix: 'x' });
                return Reflect.apply(member, object, given);
              };
            },
          });
          await wakeAll({ store: bench.store, tools: { ...bench.tools, store: dying } });
          await bench.step();
        }
        await runToEnd(bench);
        const recorded = await bench.store.list({});
        expect(recorded.map((one) => one.status?.phase)).toEqual(recorded.map(() => 'Succeeded'));
        expect(recorded.filter((one) => one.spec.kind === 'Restore')).toHaveLength(3);
        expect(await bench.everythingMade()).toHaveLength(9);
      }),
      { numRuns: 20 },
    );
  });
});
