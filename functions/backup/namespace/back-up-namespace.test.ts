import { createAdaptorServer } from '@hono/node-server';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { configMaps, persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { childName } from '@soteria/shared/operation/many/name-child.ts';
import { pausedMessage, settingsName } from '@soteria/shared/settings/paused.ts';
import { isTerminal, operations } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import fc from 'fast-check';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { createTestBench, silent } from '../test-bench.ts';

/** Two that run, and those that wait for them. */
const limit = 2 + 6;

function open(claims: readonly string[]) {
  const bench = createTestBench();
  for (const name of claims) bench.addClaim(name);
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

/** The claim `data` is the bench's own. */
const names = (count: number): string[] => Array.from({ length: count - 1 }, (_, index) => `e-${index}`);

async function ask(bench: Bench): Promise<string> {
  bench.pass(1_000);
  return (await bench.http.post('/v1/backup/namespace').send({ namespace: 'shop' }).expect(202)).body.operation;
}

async function view(bench: Bench, name: string) {
  const operation = await bench.store.get({ namespace: 'shop', name });
  if (operation === undefined) throw new Error(`there is no Operation ${name}`);
  return { kind: operation.spec.kind, ...statusOf(operation) };
}

async function childrenOf({ store }: Bench) {
  return (await store.list({ namespace: 'shop' })).filter(({ spec }) => spec.kind === 'Backup');
}

/** Longhorn moves, then every Operation is looked at; `wake` may die at it. */
async function round(bench: Bench, wake: (name: string) => Promise<unknown>): Promise<void> {
  bench.longhorn.step();
  bench.pass(60_000);
  for (const { metadata } of await bench.store.list({ namespace: 'shop' })) await wake(metadata.name);
  const openChildren = (await childrenOf(bench)).filter(({ status }) => !isTerminal(status?.phase));
  expect(openChildren.length).toBeLessThanOrEqual(limit);
}

const wakeIn = (bench: Bench) => (name: string) =>
  advanceOperation(bench.tools, { namespace: 'shop', name }, { log: silent });

async function runToEnd(bench: Bench, name: string): Promise<void> {
  for (let count = 0; count < 60 && !isTerminal((await view(bench, name)).phase); count += 1) {
    await round(bench, wakeIn(bench));
  }
}

describe('the backup of a namespace', () => {
  it('makes a Backup of each claim, never more than six waiting, and counts them', async () => {
    const bench = open(names(15));
    const name = await ask(bench);
    expect(await childrenOf(bench)).toHaveLength(limit);
    await runToEnd(bench, name);
    expect(await view(bench, name)).toMatchObject({
      phase: 'Succeeded',
      progress: 100,
      result: { claimsBackedUp: 15, claimsFailed: 0, claimsSkipped: 0, problems: [] },
    });
    const children = await childrenOf(bench);
    expect(new Set(children.map(({ spec }) => spec.request.pvc)).size).toBe(15);
    expect(children).toHaveLength(15);
    expect(new Set(children.map(({ spec }) => spec.cause?.parent))).toEqual(new Set([name]));
    expect(new Set(children.map(({ spec }) => spec.cause?.correlationId)).size).toBe(1);
  });

  it('lists the claims for several children at a time, and all children once', async () => {
    const bench = open(names(24));
    const { store, cluster } = bench.tools;
    const asked = { claims: 0, open: 0, all: 0 };
    Object.assign(bench.tools, {
      cluster: {
        ...cluster,
        listClaims: (...given: Parameters<typeof cluster.listClaims>) => {
          asked.claims += 1;
          return cluster.listClaims(...given);
        },
      },
      store: {
        ...store,
        listChildren: (...given: Parameters<typeof store.listChildren>) => {
          asked[given[1].isOpen ? 'open' : 'all'] += 1;
          return store.listChildren(...given);
        },
      },
    });
    const name = await ask(bench);
    await runToEnd(bench, name);
    expect((await view(bench, name)).result).toMatchObject({ claimsBackedUp: 24, claimsFailed: 0 });
    expect(asked.claims).toBeLessThanOrEqual(24 / 3);
    expect(asked.all).toBe(1);
  });

  it('ends when claims it has counted are deleted before it takes them', async () => {
    const bench = open(names(20));
    const name = await ask(bench);
    // The last by name, which are taken last.
    for (let index = 5; index < 10; index += 1) {
      await bench.cluster.client.delete(persistentVolumeClaims, { namespace: 'shop', name: `e-${index}` });
    }
    await runToEnd(bench, name);
    const told = await view(bench, name);
    expect(told.phase).toBe('Succeeded');
    expect(told.result?.claimsBackedUp).toBe(15);
    expect(await childrenOf(bench)).toHaveLength(15);
  });

  it('says of each claim that it left out or that failed why, and does not call that a success', async () => {
    const bench = open(['bad', 'not-mine', 'waiting']);
    const claim = (name: string) => ({ namespace: 'shop', name });
    const { client } = bench.cluster;
    await client.patch(persistentVolumeClaims, claim('not-mine'), {
      metadata: { annotations: { 'soteria.dev/backup': 'false' } },
    });
    await client.patch(
      persistentVolumeClaims,
      claim('waiting'),
      { status: { phase: 'Pending' } },
      { subresource: 'status' },
    );
    bench.longhorn.volumes.remove('vol-of-bad');
    const name = await ask(bench);
    await runToEnd(bench, name);
    const told = await view(bench, name);
    expect(told).toMatchObject({ phase: 'Failed', result: { claimsBackedUp: 1, claimsFailed: 1, claimsSkipped: 2 } });
    expect(told.error?.what).toBe('1 of 2 claims of namespace shop were backed up, 2 left out');
    expect(told.result?.problems).toEqual([
      expect.stringMatching(/^bad: Failed: .*Longhorn has no volume vol-of-bad/),
      'not-mine: its annotation soteria.dev/backup is "false"',
      'waiting: it is Pending, not Bound',
    ]);
  });

  const conditionOf = async (bench: Bench, name: string) => {
    const recorded = await bench.store.get({ namespace: 'shop', name });
    return recorded?.status?.conditions?.find(({ type }) => type === 'Partial');
  };

  it.each([
    ['Pending', /^left: it is Pending, not Bound$/],
    ['Lost', /^left: it is Lost, its persistent volume pv-of-left is gone: restore the claim from a restore point/],
  ])('is partial when a claim was left out because it is %s', async (phase, problem) => {
    const bench = open(['left']);
    const ref = { namespace: 'shop', name: 'left' };
    await bench.cluster.client.patch(persistentVolumeClaims, ref, { status: { phase } }, { subresource: 'status' });
    const name = await ask(bench);
    await runToEnd(bench, name);
    expect(await view(bench, name)).toMatchObject({
      phase: 'Succeeded',
      message: expect.stringContaining('1 left out, 1 of them not on purpose'),
      result: { claimsBackedUp: 1, claimsSkipped: 1, problems: [expect.stringMatching(problem)] },
    });
    expect(await conditionOf(bench, name)).toMatchObject({ status: 'True', reason: 'ClaimsMissing' });
  });

  it('is partial when a volume is not of Longhorn, and when one of several claims has failed', async () => {
    const bench = open(['foreign', 'bad']);
    const { client } = bench.cluster;
    const csi = { spec: { csi: { driver: 'nfs.csi.k8s.io', volumeHandle: 'x' } } };
    const name = async () => {
      const asked = await ask(bench);
      await runToEnd(bench, asked);
      return conditionOf(bench, asked);
    };
    await client.patch(persistentVolumes, { name: 'pv-of-foreign' }, csi);
    expect(await name()).toMatchObject({ status: 'True' });
    bench.longhorn.volumes.remove('vol-of-bad');
    expect(await name()).toMatchObject({ status: 'True' });
  });

  it('is not partial when all that was left out was excluded on purpose', async () => {
    const bench = open(['not-mine']);
    const ref = { namespace: 'shop', name: 'not-mine' };
    const metadata = { labels: { 'soteria.dev/backup': 'false' } };
    await bench.cluster.client.patch(persistentVolumeClaims, ref, { metadata });
    const name = await ask(bench);
    await runToEnd(bench, name);
    expect((await view(bench, name)).phase).toBe('Succeeded');
    expect(await conditionOf(bench, name)).toMatchObject({ status: 'False' });
  });

  it('takes no Operation of another request for its child, whatever its name', async () => {
    const bench = open([]);
    const parent = { namespace: 'shop', name: 'soteria-backup-namespace-shop-20260131-013002' };
    const spec = { kind: 'NamespaceBackup', request: {} } as const;
    const made = await bench.store.create({ ...parent, spec });
    const name = childName(made, 'Backup', { name: 'data', subject: 'data' });
    const other = { kind: 'Backup', request: { pvc: 'data' }, identity: 'http:somebody:1' } as const;
    await bench.store.create({ namespace: 'shop', name, spec: other });
    await runToEnd(bench, parent.name);
    expect(await view(bench, parent.name)).toMatchObject({
      phase: 'Failed',
      result: {
        claimsBackedUp: 0,
        claimsFailed: 1,
        problems: [`data: operation ${name} exists and is another request's; remove it, then ask again`],
      },
    });
  });

  it('cancels its children with itself, and makes no more', async () => {
    const bench = open(names(10));
    const name = await ask(bench);
    await bench.cancel(name);
    await runToEnd(bench, name);
    expect((await view(bench, name)).phase).toBe('Cancelled');
    const children = await childrenOf(bench);
    expect(children).toHaveLength(limit);
    expect(children.map(({ status }) => status?.phase)).toEqual(children.map(() => 'Cancelled'));
  });

  it('deleted, ends with its children: the next sweep cancels them', async () => {
    const bench = open(names(10));
    const name = await ask(bench);
    const { pvc } = (await childrenOf(bench))[0]?.spec.request ?? {};
    await bench.cluster.client.delete(operations, { namespace: 'shop', name });
    const sweep = async () => {
      for (const { metadata, spec } of await bench.store.list({ namespace: 'shop' })) {
        const event = {
          'ce-specversion': '1.0',
          'ce-id': crypto.randomUUID(),
          'ce-source': 'soteria://policy-tick',
          'ce-type': 'dev.soteria.operation.due.v1',
        };
        const data = { namespace: 'shop', name: metadata.name, kind: spec.kind };
        await bench.http.post('/').set(event).send(data).expect(204);
      }
    };
    for (let count = 0; count < 4; count += 1) await sweep();
    const children = await childrenOf(bench);
    expect(children).toHaveLength(limit);
    expect(children.map(({ status }) => status?.phase)).toEqual(children.map(() => 'Cancelled'));

    // Another request for the same claim goes on, and so do the children of a parent that is there.
    bench.pass(1_000);
    const other = (await bench.http.post('/v1/backup').send({ namespace: 'shop', pvc }).expect(202)).body.operation;
    const whole = await ask(bench);
    await sweep();
    expect((await view(bench, other)).phase).toBe('Running');
    const young = (await childrenOf(bench)).filter(({ spec }) => spec.cause?.parent === whole);
    expect(young.filter(({ spec }) => spec.cancelRequested === true)).toEqual([]);
  });

  it('cancelled, leaves its slots to others in the same wake-up, as many as it held', async () => {
    const bench = open(names(4));
    const name = await ask(bench);
    for (const pvc of ['other-1', 'other-2']) {
      bench.addClaim(pvc);
      bench.pass(1_000);
      await bench.http.post('/v1/backup').send({ namespace: 'shop', pvc }).expect(202);
    }
    await bench.store.requestCancel({ namespace: 'shop', name });
    await wakeIn(bench)(name);
    const running = await bench.store.list({ fieldSelector: 'status.phase=Running' });
    expect(new Set(running.map(({ spec }) => spec.request.pvc))).toEqual(new Set(['other-1', 'other-2']));
  });

  it('hears of the end of its child also when the next cannot be started', async () => {
    const bench = open([]);
    const name = await ask(bench);
    const { line } = bench.tools;
    const down = () => Promise.reject(died(0));
    Object.assign(bench.tools, { line: { ...line, remembered: () => [], list: down } });
    for (let count = 0; count < 8; count += 1) {
      bench.longhorn.step();
      bench.pass(60_000);
      const [child] = await childrenOf(bench);
      await wakeIn(bench)(child?.metadata.name ?? '');
    }
    expect((await view(bench, name)).phase).toBe('Succeeded');
  });

  it('makes no child while Soteria is paused, says so, and goes on after', async () => {
    const bench = open(names(3));
    const settings = { namespace: 'soteria', name: settingsName };
    bench.cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: settings, data: { paused: 'true' } });
    const name = await ask(bench);
    for (let count = 0; count < 3; count += 1) await round(bench, wakeIn(bench));
    expect(await childrenOf(bench)).toEqual([]);
    expect((await view(bench, name)).message).toBe(pausedMessage);
    await bench.cluster.client.patch(configMaps, settings, { data: { paused: 'false' } });
    await runToEnd(bench, name);
    expect((await view(bench, name)).result).toMatchObject({ claimsBackedUp: 3, claimsFailed: 0 });
  });

  it('does not count the children of one of the same name that was deleted while it was open', async () => {
    const bench = open(names(3));
    const ask = () =>
      bench.http.post('/v1/backup/namespace').set('idempotency-key', 'k').send({ namespace: 'shop' }).expect(202);
    const name = (await ask()).body.operation;
    const first = await bench.store.get({ namespace: 'shop', name });
    if (first !== undefined) await bench.store.withdraw(first);
    // The same second: the same name.
    expect((await ask()).body.operation).toBe(name);
    await runToEnd(bench, name);
    expect(await view(bench, name)).toMatchObject({
      phase: 'Succeeded',
      result: { claimsBackedUp: 3, claimsFailed: 0 },
    });
  });

  it('is the same request when it comes again with the same key', async () => {
    const bench = open([]);
    const send = () =>
      bench.http.post('/v1/backup/namespace').set('idempotency-key', 'k').send({ namespace: 'shop' }).expect(202);
    const first = (await send()).body.operation;
    bench.pass(5_000);
    expect((await send()).body.operation).toBe(first);
  });

  it('is made once when the same request comes twice at once, in different seconds', async () => {
    const bench = open([]);
    const { store } = bench.tools;
    const send = () =>
      bench.http.post('/v1/backup/namespace').set('idempotency-key', 'k').send({ namespace: 'shop' }).expect(202);
    let other: string | undefined;
    // The other one is asked and recorded wholly after this one has looked for it and before this one is recorded.
    Object.assign(bench.tools, {
      store: {
        ...store,
        create: async (...given: Parameters<typeof store.create>) => {
          Object.assign(bench.tools, { store });
          bench.pass(1_000);
          other = (await send()).body.operation;
          bench.pass(1_000);
          return store.create(...given);
        },
      },
    });
    expect((await send()).body.operation).toBe(other);
    const all = await store.list({ namespace: 'shop' });
    expect(all.filter(({ spec }) => spec.kind === 'NamespaceBackup')).toHaveLength(1);
  });

  it('is refused with the key of another request, and the refusal says what differs', async () => {
    const bench = open([]);
    const send = (more: object) =>
      bench.http
        .post('/v1/backup/namespace')
        .set('idempotency-key', 'k')
        .send({ namespace: 'shop', ...more });
    await send({}).expect(202);
    const { body } = await send({ mode: 'full', tags: ['a=b'] }).expect(409);
    expect(body).toMatchObject({ code: 'conflict', differs_in: ['mode', 'tags'] });
  });

  it('refuses an empty key: all requests with it would be one', async () => {
    const bench = open([]);
    const send = bench.http.post('/v1/backup/namespace').set('idempotency-key', '').send({ namespace: 'shop' });
    expect((await send.expect(400)).body).toMatchObject({ code: 'invalid_request' });
    expect(await bench.store.list({})).toEqual([]);
  });

  it('converges whatever write dies: each claim once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(60), { maxLength: 12 }), async (deaths) => {
        const bench = open(names(8));
        const name = await ask(bench);
        let writes = 0;
        const { store } = bench.tools;
        const dying =
          <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
          async (...args: Args) => {
            writes += 1;
            if (deaths.includes(writes)) throw died(writes);
            const done = await write(...args);
            if (deaths.includes(writes + 30)) throw died(writes);
            return done;
          };
        const tools = {
          ...bench.tools,
          store: {
            ...store,
            create: dying((...args: Parameters<typeof store.create>) => store.create(...args)),
            replaceStatus: dying((...args: Parameters<typeof store.replaceStatus>) => store.replaceStatus(...args)),
          },
        };
        for (let count = 0; count < 60 && !isTerminal((await view(bench, name)).phase); count += 1) {
          await round(bench, (one) =>
            advanceOperation(tools, { namespace: 'shop', name: one }, { log: silent }).catch(unlessDead),
          );
        }
        expect(await view(bench, name)).toMatchObject({ phase: 'Succeeded', result: { claimsBackedUp: 8 } });
        const children = await childrenOf(bench);
        expect(new Set(children.map(({ spec }) => spec.request.pvc)).size).toBe(children.length);
        expect(children).toHaveLength(8);
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});

function died(writes: number): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: `write ${writes}`,
    why: 'the process died',
    fix: 'wake again',
  });
}

function unlessDead(thrown: unknown): void {
  if (!(thrown instanceof SoteriaError && thrown.code === 'cluster_unavailable')) throw thrown;
}
