/** Restore tests over the in-memory cluster: every verdict, and nothing left whatever happens to the process. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type Job, jobs, namespaces, pods } from '@soteria/shared/kubernetes/core-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { backupTargets, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { encodeVerdict, type Verdict } from '@soteria/shared/verification/verdict.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceOperation } from '../advance.ts';
import { factOf } from '../announce.ts';
import { shape } from '../../../drivers/longhorn/restore/fixtures.ts';
import { createTestBench, rules, silent, withParts } from '../test-bench.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';

const verified: Verdict = {
  version: 1,
  outcome: 'verified',
  strength: 'counts',
  weaker: ['no_baseline'],
  files: 3,
  folders: 1,
  bytes: 17,
  sampled: 3,
  durationMs: 12,
  checks: [],
};
const damaged = 'failed to restore: Checksum verification failed for block!';
const failedCheck = { name: 'min_files', outcome: 'failed' as const, detail: '3 found, at least 4 are wanted' };

/** Arguments of the verifier. */
const argsOf = (job: Job | undefined) => job?.spec?.template.spec?.containers[0]?.args ?? [];

/** How the command of the user ends, or what it waits for. */
interface Theirs {
  readonly exitCode?: number;
  readonly waits?: string;
}

async function setUp(request: OperationRequest = {}, theirs: Theirs = {}) {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  const { client, store } = bench;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: proofNamespace } });
  const killer = createKiller();
  const { store: ownStore, restores, claims, proofs, cluster, longhorn } = bench.parts;
  const { slots, verified: known, budget } = bench.tools;
  const guarded = killer.guard({
    store: ownStore,
    restores,
    claims,
    proofs,
    slots,
    cluster,
    longhorn,
    verified: known,
    budget,
  });
  const tools = {
    ...withParts(bench, guarded),
    ...guarded,
    announce: killer.guard({ send: bench.tools.announce }).send,
  };
  const name = 'soteria-restoretest-data-1';
  const spec = { kind: 'RestoreTest' as const, request: { pvc: 'data', ...request } };
  await store.create({ namespace: 'shop', name, spec });

  /** The Jobs end as `verdict` says; null: without one. */
  async function endJobs(verdict: Verdict | null | 'not yet'): Promise<void> {
    if (verdict === 'not yet') return;
    for (const job of (await client.list(jobs)).items) {
      const shown = await client.get(pods, { name: job.metadata.name, namespace: job.metadata.namespace });
      if (job.status?.conditions !== undefined || shown !== undefined) continue;
      const { uid, namespace = '' } = job.metadata;
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid };
      const pod = {
        name: job.metadata.name,
        namespace,
        labels: { 'job-name': job.metadata.name },
        ownerReferences: [owner],
      };
      await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: { containers: [] } });
      const container = job.spec?.template.spec?.containers[0]?.name ?? '';
      const isOwn = container === 'verify';
      const exitCode = isOwn ? Number(verdict?.outcome !== 'verified') : (theirs.exitCode ?? 0);
      const message = !isOwn ? 'rows missing' : verdict === null ? 'Killed' : encodeVerdict(verdict);
      const terminated = { exitCode, reason: 'Error', message };
      const waiting = { reason: theirs.waits ?? '', message: 'not found' };
      const isWaiting = !isOwn && theirs.waits !== undefined;
      const containerStatuses = [
        { name: container, image: 'psql:17', state: isWaiting ? { waiting } : { terminated } },
      ];
      await client.patch(pods, pod, { status: { containerStatuses } }, { subresource: 'status' });
      if (isWaiting) continue;
      const conditions = [{ type: exitCode === 0 ? 'Complete' : 'Failed', status: 'True' }];
      await client.patch(jobs, { name: owner.name, namespace }, { status: { conditions } }, { subresource: 'status' });
    }
  }

  async function wake(): Promise<void> {
    try {
      await advanceOperation(tools, { namespace: 'shop', name }, { log: silent });
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof SoteriaError && error.isRetryable)) throw error;
    }
  }

  async function play(rounds: number, verdict: Verdict | null | 'not yet' = verified): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      bench.pass(1_500);
      await wake();
      killer.disarm();
      await bench.step();
      await endJobs(verdict);
    }
  }

  return {
    ...bench,
    killer,
    wake,
    play,
    endJobs,
    job: async () => (await client.list(jobs)).items[0],
    request: () => store.requestCancel({ namespace: 'shop', name }),
    async end() {
      await play(16);
      const operation = await store.get({ namespace: 'shop', name });
      if (operation === undefined) throw new Error('the Operation is gone');
      return operation;
    },
    async left() {
      return [
        ...(await bench.everythingMade()),
        ...(await client.list(jobs)).items.map(({ metadata }) => metadata.name),
      ];
    },
  };
}

describe('a restore test', () => {
  it('is in nobody’s way while its Job runs: the same point is restored meanwhile', async () => {
    const world = await setUp();
    await world.play(8, 'not yet');
    expect(await world.job()).toBeDefined();
    const emergency = { namespace: 'shop', name: 'soteria-restore-data-2' };
    await world.store.create({
      ...emergency,
      spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
    });
    for (let round = 0; round < 5; round += 1) {
      await advanceOperation(world.tools, emergency, { log: silent });
      await world.step();
    }
    expect((await world.store.get(emergency))?.status?.phase).toBe('Succeeded');
    expect((await world.end()).status?.phase).toBe('Succeeded');
  });

  it('succeeds with the verdict and its times, told as verified', async () => {
    const world = await setUp({ verify: { minFiles: 2, sampleChecksums: 5 } });
    const operation = await world.end();
    expect(operation.status).toMatchObject({
      phase: 'Succeeded',
      settled: true,
      result: { backup: 'point', proof: { outcome: 'verified', files: 3, bytes: '17', weaker: ['no_baseline'] } },
    });
    const { proof, restoreMs = 0 } = operation.status?.result ?? {};
    expect(proof?.totalMs).toBe(restoreMs + (proof?.verifyMs ?? 0));
    expect(restoreMs).toBeGreaterThan(0);
    expect(world.announced).toContain('soteria-restoretest-data-1 completed');
    expect(factOf(operation, 'completed')).toMatchObject({
      type: 'dev.soteria.restoretest.verified.v1',
      data: { outcome: 'verified', strength: 'counts', restore_ms: restoreMs, total_ms: proof?.totalMs, files: 3 },
    });
    expect(await world.tools.verified.list()).toMatchObject([
      { namespace: 'shop', pvc: 'data', point: 'longhorn:default/point', totalMs: proof?.totalMs },
    ]);
    expect(await world.left()).toEqual([]);
  });

  it.each([
    {
      when: 'a check has failed',
      verdict: { ...verified, outcome: 'refuted' as const, checks: [failedCheck] },
      code: 'restore_refuted',
      why: /min_files: 3 found/,
      outcome: 'refuted',
    },
    {
      when: 'the verifier was killed',
      verdict: null,
      code: 'restore_unproved',
      why: /no verdict/,
      outcome: 'inconclusive',
    },
  ])('fails as $code when $when, told as $outcome', async ({ verdict, code, why, outcome }) => {
    const world = await setUp();
    await world.play(8, verdict);
    const operation = await world.end();
    expect(operation.status).toMatchObject({ phase: 'Failed', error: { code, why: expect.stringMatching(why) } });
    expect(operation.status?.result?.proof?.outcome).toBe(outcome);
    expect(factOf(operation, 'failed').type).toBe(`dev.soteria.restoretest.${outcome}.v1`);
    const judged = (await world.tools.verified.proofOf('shop', 'data'))?.points ?? [];
    expect(judged.map((one) => one.outcome)).toEqual(outcome === 'refuted' ? ['refuted'] : []);
    expect(await world.left()).toEqual([]);
  });

  it.each([
    { when: 'blocks are damaged, twice', errors: [damaged, damaged], isAvailable: true, outcome: 'refuted' },
    { when: 'a node restarts', errors: ['connection refused'], isAvailable: true, outcome: 'inconclusive' },
    { when: 'one replica has stopped', errors: [damaged, 'EOF'], isAvailable: true, outcome: 'inconclusive' },
    { when: 'Longhorn says nothing', errors: [], isAvailable: true, outcome: 'inconclusive' },
    { when: 'the target cannot be reached', errors: [damaged], isAvailable: false, outcome: 'inconclusive' },
  ])('is $outcome when Longhorn cannot bring it back: $when', async ({ errors, isAvailable, outcome }) => {
    const world = await setUp();
    world.faults.isFaulted = 2;
    world.faults.restoreErrors = errors;
    await world.play(3);
    const target = { namespace: 'longhorn-system', name: 'default' };
    const status = { available: isAvailable };
    await world.client.patch(backupTargets, target, { status }, { subresource: 'status' });
    const operation = await world.end();
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_failed' },
      result: { restorePoint: 'longhorn:default/point', proof: { outcome, why: expect.stringMatching(/attempt 2/) } },
    });
    expect(factOf(operation, 'failed')).toMatchObject({
      type: `dev.soteria.restoretest.${outcome}.v1`,
      data: { outcome, total_ms: operation.status?.result?.proof?.totalMs },
    });
    expect(await world.left()).toEqual([]);
  });

  it('is inconclusive when it finds no place in the cluster, and when it is cancelled', async () => {
    const crowded = await setUp();
    crowded.faults.unscheduled = 'insufficient storage';
    await crowded.play(3);
    crowded.pass(rules.stallMs);
    const failed = await crowded.end();
    expect(failed.status).toMatchObject({
      error: { code: 'deadline_exceeded' },
      result: { proof: { outcome: 'inconclusive' } },
    });
    const cancelled = await setUp();
    await cancelled.play(3);
    await cancelled.request();
    expect(factOf(await cancelled.end(), 'failed').type).toBe('dev.soteria.restoretest.inconclusive.v1');
    expect(await cancelled.tools.verified.proofs()).toEqual([]);
  });

  it('is inconclusive when the Pod of its Job does not start for an hour, and waits longer for one that works', async () => {
    const world = await setUp();
    await world.play(8, 'not yet');
    world.pass(rules.stallMs);
    await world.wake();
    const stuck = await world.end();
    expect(stuck.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'deadline_exceeded', why: expect.stringContaining('its Pod has not started yet') },
      result: { proof: { outcome: 'inconclusive' } },
    });
    expect(await world.left()).toEqual([]);

    const working = await setUp();
    await working.play(8, 'not yet');
    const { name = '', namespace } = (await working.job())?.metadata ?? {};
    await working.client.patch(
      jobs,
      { name, namespace },
      { status: { active: 1, ready: 1 } },
      { subresource: 'status' },
    );
    working.pass(rules.stallMs);
    await working.wake();
    expect((await working.end()).status?.phase).toBe('Succeeded');
  });

  it('is never backed up by the default group of Longhorn’s recurring jobs', async () => {
    const world = await setUp();
    await world.play(3);
    const [volume] = (await world.client.list(volumes)).items;
    expect(volume?.metadata.labels).toMatchObject({ 'recurring-job-group.longhorn.io/soteria-none': 'enabled' });
    await world.end();
    expect(await world.left()).toEqual([]);
  });

  it('says that no verifier was defined, though it has passed', async () => {
    const operation = await (await setUp({ verify: {} })).end();
    expect(operation.status).toMatchObject({
      phase: 'Succeeded',
      result: { proof: { verifiers: [], weaker: ['no_verifier', 'no_baseline'] } },
    });
  });

  it('asks for what the request wants, and compares with what was proved before', async () => {
    const world = await setUp({
      verify: { minFiles: 2, sampleChecksums: 5, manifest: 'SUMS', maxDropPercent: 20, database: 'sqlite' },
    });
    const earlier = { namespace: 'shop', pvc: 'data', outcome: 'verified' as const, at: '2026-01-29T03:00:00.000Z' };
    await world.tools.verified.keep({
      ...earlier,
      point: 'longhorn:default/earlier',
      dataAsOf: '2026-01-29T01:00:00Z',
      files: 10_000,
      bytes: '99',
    });
    await world.play(6, 'not yet');
    const args = argsOf(await world.job()).join(' ');
    expect(args).toContain('--baseline-files 10000 --baseline-bytes 99 --max-drop 20 --min-files 2 --sample 5');
    expect(args).toContain('--manifest=SUMS --find-sqlite');
    expect((await world.end()).status?.result?.proof?.verifiers).toEqual(['files', 'database']);
  });

  it.each([
    { by: 'its id', request: { snapshot: 'longhorn:default/theirs' } },
    { by: 'its name', request: { snapshot: 'theirs' } },
    { by: 'its URL', request: { backupUrl: 's3://bucket@region/?backup=theirs&volume=vol-1' } },
    { by: 'its cluster', request: { clusterId: 'cluster-2' } },
  ])('keeps a point of another cluster apart, chosen by $by: no proof and no baseline of ours', async ({ request }) => {
    const world = await setUp(request);
    const catalogue = {
      [catalogueKeys.managed]: 'true',
      [catalogueKeys.clusterId]: 'cluster-2',
      [catalogueKeys.namespace]: 'shop',
      [catalogueKeys.pvc]: 'data',
      [catalogueKeys.claimShape]: JSON.stringify(shape),
    };
    world.seedBackups({ name: 'theirs', at: '2026-01-30T02:00:00Z', catalogue });
    const ours = { point: 'longhorn:default/earlier', dataAsOf: '2026-01-29T01:00:00Z', files: 10_000, bytes: '99' };
    const at = '2026-01-29T03:00:00.000Z';
    await world.tools.verified.keep({ namespace: 'shop', pvc: 'data', outcome: 'verified', at, ...ours });
    await world.play(6, 'not yet');
    expect(argsOf(await world.job()).join(' ')).not.toMatch(/--baseline|--expect/);
    expect((await world.end()).status).toMatchObject({ phase: 'Succeeded', result: { backup: 'theirs' } });
    expect((await world.tools.verified.proofOf('shop', 'data'))?.points).toEqual([
      { outcome: 'verified', at, ...ours },
    ]);
    expect(await world.left()).toEqual([]);
  });

  it('wants the same point to hold the same, the next time', async () => {
    const first = await setUp({ verify: { databaseFiles: ['a.db'], database: 'sqlite' } });
    await first.end();
    const name = 'soteria-restoretest-data-2';
    const spec = { kind: 'RestoreTest' as const, request: { pvc: 'data' } };
    await first.store.create({ namespace: 'shop', name, spec });
    for (let round = 0; round < 6; round += 1) {
      await advanceOperation(first.tools, { namespace: 'shop', name }, { log: silent });
      await first.step();
    }
    expect(argsOf(await first.job()).join(' ')).toContain('--expect-files 3 --expect-bytes 17');
  });

  it('keeps the proof of a point whose next test asks for what is not there, and misses only what was read before', async () => {
    const first = await setUp();
    await first.play(8, { ...verified, strength: 'checksums', manifest: '.soteria/SHA256SUMS' });
    const detail = 'the manifest SUM is not in the claim';
    const mistaken = { ...verified, outcome: 'inconclusive' as const };
    const name = 'soteria-restoretest-data-2';
    const spec = { kind: 'RestoreTest' as const, request: { pvc: 'data', verify: { manifest: 'SUM' } } };
    await first.store.create({ namespace: 'shop', name, spec });
    for (let round = 0; round < 20; round += 1) {
      first.pass(1_500);
      await advanceOperation(first.tools, { namespace: 'shop', name }, { log: silent });
      await first.step();
      if ((await first.job()) !== undefined) expect(argsOf(await first.job()).join(' ')).not.toContain('--was-read');
      await first.endJobs({ ...mistaken, checks: [{ name: 'checksums', outcome: 'impossible', detail }] });
    }
    expect((await first.store.get({ namespace: 'shop', name }))?.status).toMatchObject({
      phase: 'Failed',
      error: { code: 'restore_unproved', why: expect.stringContaining(detail) },
      result: { proof: { outcome: 'inconclusive' } },
    });
    const [last] = await first.tools.verified.list();
    expect(last).toMatchObject({ point: 'longhorn:default/point', strength: 'checksums' });

    const bare = { namespace: 'shop', name: 'soteria-restoretest-data-3' };
    await first.store.create({ ...bare, spec: { kind: 'RestoreTest', request: { pvc: 'data' } } });
    for (let round = 0; round < 6; round += 1) {
      await advanceOperation(first.tools, bare, { log: silent });
      await first.step();
    }
    expect(argsOf(await first.job())).toContain('--was-read=.soteria/SHA256SUMS');
  });

  const command = { image: 'psql:17', argv: ['pg_controldata', '/claim'] };

  it.each([
    { when: 'says yes', theirs: { exitCode: 0 }, outcome: 'verified', strength: 'application', why: /3 files/ },
    {
      when: 'says no',
      theirs: { exitCode: 3 },
      outcome: 'refuted',
      strength: 'application',
      why: /command: exit code 3: rows/,
    },
    {
      when: 'was killed',
      theirs: { exitCode: 137 },
      outcome: 'inconclusive',
      strength: 'counts',
      why: /exit code 137/,
    },
    {
      when: 'has an image that cannot be pulled',
      theirs: { waits: 'ImagePullBackOff' },
      outcome: 'inconclusive',
      strength: 'counts',
      why: /psql:17 does not start: ImagePullBackOff/,
    },
  ])('is $outcome when the command of the user $when', async ({ theirs, outcome, strength, why }) => {
    const world = await setUp({ verify: { command } }, theirs);
    const operation = await world.end();
    expect(operation.status?.result?.proof).toMatchObject({
      outcome,
      strength,
      verifiers: ['command'],
      why: expect.stringMatching(why),
    });
    expect(operation.status?.steps.map(({ name }) => name).slice(-2)).toEqual(['verify', 'command']);
    expect(await world.left()).toEqual([]);
  });

  it('made with kubectl, fails at once with a command that would have no end', async () => {
    const world = await setUp({ verify: { command: { ...command, timeout: '8d' } } });
    const { status } = await world.end();
    expect(status).toMatchObject({
      phase: 'Failed',
      error: { code: 'invalid_request', why: 'the timeout of its command is 8d' },
    });
    expect(status?.steps).toEqual([]);
  });

  it('does not run the command over what our own look has refuted', async () => {
    const world = await setUp({ verify: { command } });
    await world.play(12, { ...verified, outcome: 'refuted', checks: [failedCheck] });
    const operation = await world.end();
    expect(operation.status).toMatchObject({
      error: { code: 'restore_refuted', why: expect.stringMatching(/min_files/) },
    });
    expect(operation.status?.steps.map(({ name }) => name)).not.toContain('command');
  });

  it('fails before anything is made where there is no namespace for it, saying how to make one', async () => {
    const world = await setUp({ testNamespace: 'team-proof' });
    const operation = await world.end();
    expect(operation.status).toMatchObject({
      phase: 'Failed',
      error: {
        code: 'not_found',
        what: 'claim shop/data cannot be tested in namespace team-proof',
        fix: expect.stringContaining('kubectl create namespace team-proof'),
      },
    });
    expect(operation.status?.steps).toEqual([]);
    expect(operation.status?.work).toBeUndefined();
  });

  it('takes nothing of the source along that a tool would know it by', async () => {
    const world = await setUp();
    await world.play(3);
    const [claim] = (await world.tools.claims.listClaims(proofNamespace)) ?? [];
    expect(claim?.metadata.name).toMatch(/^soteria-restoretest-data-[0-9a-f]{6}$/);
    const keys = Object.keys(claim?.metadata.labels ?? {});
    expect(keys.filter((key) => !key.startsWith('soteria.dev/'))).toEqual([]);
  });

  it('leaves nothing, killed at any call and cancelled or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat({ max: 30 }), isAfter: fc.boolean() }), { maxLength: 8 }),
        fc.option(fc.nat({ max: 8 })),
        fc.boolean(),
        async (kills, cancelAt, hasCommand) => {
          const world = await setUp(hasCommand ? { verify: { command } } : {});
          for (const [at, { after, isAfter }] of kills.entries()) {
            if (at === cancelAt) await world.request();
            world.killer.arm(after, isAfter);
            await world.play(1);
          }
          const operation = await world.end();
          expect(operation.status?.settled).toBe(true);
          expect(['Succeeded', 'Cancelled']).toContain(operation.status?.phase);
          expect(await world.left()).toEqual([]);
          expect(await world.slots.entries()).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
