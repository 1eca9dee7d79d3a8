/** Retention made real: which points a prune deletes, and what holds it back. Each guarantee meets the case that would break it. */
import { holdLabel } from '@soteria/shared/operation/record/marks.ts';
import { Killed } from '@soteria/shared/operation/record/testing/killer.ts';
import { describe, expect, it } from 'vitest';
import { tidyLeftovers } from '../doors/wake-prune.ts';
import { benchWith, createPruneBench, silent } from './test-bench.ts';

async function endOf(bench: Pick<ReturnType<typeof createPruneBench>, 'prunes'>) {
  const [only, ...more] = await bench.prunes();
  expect(more).toEqual([]);
  const { phase, error, result, message } = only?.status ?? {};
  return { phase, code: error?.code, why: error?.why, result, message };
}

describe('a prune', () => {
  it('deletes what no rule keeps, oldest first, and says what it kept and why', async () => {
    const bench = await benchWith(5);
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p4', 'p5']);
    expect(await endOf(bench)).toMatchObject({
      phase: 'Succeeded',
      result: {
        deletedPoints: bench.ids.slice(0, 3),
        keptCount: 2,
        kept: [`${bench.ids[4]}: last, newest`, `${bench.ids[3]}: last`],
        confirmed: true,
      },
    });
    expect(bench.announced.map((text) => text.split(' ')[1])).toEqual(['completed']);
    expect(await bench.slots.entries()).toEqual([]);
  });

  it('says what it waits for after the last deletion, and when it goes on', async () => {
    const bench = await benchWith(3);
    await bench.evaluate();
    const met = new Set<string | undefined>();
    for (let turn = 0; turn < 6; turn += 1) {
      await bench.wake();
      met.add((await bench.prunes())[0]?.status?.message);
      bench.pass(30_000);
      bench.longhorn.syncTargets();
    }
    const when = 'the next look is within 2 minutes, the end within 15';
    expect([...met].filter((message) => message?.startsWith('1 point'))).toEqual([
      `1 point is deleted; Longhorn has still to read the target twice; ${when}`,
      `1 point is deleted; Longhorn has still to read the target; ${when}`,
      '1 point is deleted, and the target does not hold it',
    ]);
  });

  it('deletes one point at a time, and has nothing to delete afterwards', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    await bench.wake();
    expect(await bench.names()).toEqual(['p2', 'p3', 'p4']);
    await bench.wake();
    expect(await bench.names()).toEqual(['p3', 'p4']);
    await bench.settle();
    await bench.evaluate();
    expect(await bench.prunes()).toHaveLength(1);
  });

  it('is asked for once for one plan, however often the tick comes', async () => {
    const bench = await benchWith(4);
    await Promise.all([bench.evaluate(), bench.evaluate()]);
    await bench.evaluate();
    expect((await bench.prunes()).filter(({ status }) => status?.phase !== 'Skipped')).toHaveLength(1);
  });

  it('leaves alone what others made, other policies, and points without a policy', async () => {
    const bench = createPruneBench({ keepLast: 1, breaker: 100 });
    await bench.trust();
    await bench.addPoint('hourly', { policy: 'hourly' });
    await bench.addPoint('by-hand', { policy: '' });
    await bench.addPoint('old');
    await bench.addPoint('new');
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['by-hand', 'hourly', 'new']);
  });

  it('keeps the newest and the last verified one, whatever the rule says', async () => {
    const bench = await benchWith(4, { keepLast: 1, breaker: 100 });
    await bench.judge(bench.ids[1] ?? '', 'verified');
    await bench.judge(bench.ids[3] ?? '', 'refuted');
    await bench.evaluate();
    await bench.settle();
    // p4 is the newest and refuted, p3 the newest good one, p2 the last verified.
    expect(await bench.names()).toEqual(['p2', 'p3', 'p4']);
  });

  it('latest only: a point goes once a newer one was verified, and not before', async () => {
    const bench = await benchWith(3, { latestOnly: true, breaker: 100 });
    await bench.evaluate();
    expect(await bench.prunes()).toEqual([]);
    await bench.judge(bench.ids[2] ?? '', 'verified');
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p3']);
  });

  it('keeps a point that a person holds, by label or by the record, and prunes it after the release', async () => {
    const bench = await benchWith(4, { keepLast: 1, breaker: 100 });
    const first = await bench.longhorn.backups.get('p1');
    if (first === undefined) throw new Error('there is no p1');
    await bench.longhorn.backups.mark(first, { [holdLabel]: 'audit' });
    await bench.holds.keep({ point: bench.ids[1] ?? '', by: 'alice', at: bench.now().toISOString() });
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p1', 'p2', 'p4']);
    await bench.holds.release(bench.ids[1] ?? '');
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p1', 'p4']);
  });

  it('lets a point stay that somebody holds while its deletion is about to begin', async () => {
    const bench = await benchWith(3, { keepLast: 1, breaker: 100 });
    await bench.evaluate();
    const watch = bench.tools.points.watch.bind(bench.tools.points);
    const hold = async () => {
      const first = await bench.longhorn.backups.get('p1');
      if (first !== undefined) await bench.longhorn.backups.mark(first, { [holdLabel]: '' });
    };
    bench.tools.points.watch = async (point, signal) => {
      if (point.facts.name === 'p1') await hold();
      return watch(point, signal);
    };
    await bench.settle();
    expect(await bench.names()).toEqual(['p1', 'p3']);
  });
});

describe('nothing is deleted', () => {
  it('before a person has said yes to the first prune of a policy', async () => {
    const bench = createPruneBench({ keepLast: 1, breaker: 100 });
    for (const name of ['p1', 'p2', 'p3']) await bench.addPoint(name);
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p1', 'p2', 'p3']);
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', code: 'confirmation_needed' });
    expect(bench.announced[0]).toContain('skipped');
  });

  it('by a yes to another plan, and a yes to this plan deletes it', async () => {
    const bench = createPruneBench({ keepLast: 1, breaker: 100 });
    for (const name of ['p1', 'p2', 'p3']) await bench.addPoint(name);
    await bench.evaluate();
    await bench.settle();
    const { status } = (await bench.prunes())[0] ?? {};
    const digest = status?.work?.planDigest ?? '';
    expect(status?.error?.fix).toContain(`spec.request.confirm: ${digest}`);
    const request = { namespace: 'shop', pvc: 'data', policy: 'nightly', confirm: digest };
    await bench.addPoint('p4');
    await bench.store.create({ namespace: 'soteria', name: 'soteria-prune-old', spec: { kind: 'Prune', request } });
    await bench.settle();
    expect(await bench.names()).toHaveLength(4);
    const waiting = (await bench.prunes()).find(({ metadata }) => metadata.name === 'soteria-prune-old');
    expect(waiting?.status).toMatchObject({ phase: 'Failed', error: { code: 'precondition_failed' } });
    const now = /the plan is ([0-9a-f]{24}) now/.exec(waiting?.status?.error?.why ?? '')?.[1] ?? '';
    const spec = { kind: 'Prune', request: { ...request, confirm: now } } as const;
    await bench.store.create({ namespace: 'soteria', name: 'soteria-prune-yes', spec });
    await bench.settle();
    expect(await bench.names()).toEqual(['p4']);
  });

  it('when more would go than the policy allows at once', async () => {
    const bench = await benchWith(5, { keepLast: 2, breaker: 50 });
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toHaveLength(5);
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', code: 'confirmation_needed' });
  });

  it('while the newest attempt of the claim has failed', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    await bench.addAttempt('soteria-backup-data-1', 'Failed');
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', why: expect.stringContaining('has failed') });
    expect(await bench.names()).toHaveLength(4);
    await bench.evaluate();
    expect(await bench.prunes()).toHaveLength(1);
  });

  it('while a backup of the claim is open', async () => {
    const bench = await benchWith(4);
    await bench.store.create({
      namespace: 'shop',
      name: 'soteria-backup-open',
      spec: { kind: 'Backup', request: { pvc: 'data' } },
    });
    await bench.evaluate();
    expect(await bench.prunes()).toEqual([]);
  });

  it('while the target is away', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    bench.longhorn.makeTargetUnavailable('default', 'no such bucket');
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', code: 'target_unavailable' });
    expect(await bench.names()).toHaveLength(4);
  });

  it('while two living clusters share one id', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    await bench.addPoint('theirs', { volume: 'other', clusterUid: 'another-cluster' });
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', code: 'cluster_id_shared' });
    expect(await bench.names()).toHaveLength(5);
  });

  it('while a restore of the volume runs', async () => {
    const bench = await benchWith(4);
    const holder = { uid: 'r', namespace: 'shop', name: 'soteria-restore-r', function: 'restore', kind: 'Restore' };
    await bench.store.create({
      namespace: 'shop',
      name: holder.name,
      spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'copy' } },
    });
    const uid = (await bench.store.get({ namespace: 'shop', name: holder.name }))?.metadata.uid ?? '';
    await bench.slots.enter({ ...holder, uid }, { on: 'volume', key: 'vol', mode: 'shared' });
    await bench.evaluate();
    await bench.wake();
    expect(await bench.names()).toHaveLength(4);
    expect(await endOf(bench)).toMatchObject({ message: expect.stringContaining('volume vol is in use by') });
    await bench.slots.leave(uid);
    await bench.settle();
    expect(await bench.names()).toEqual(['p3', 'p4']);
  });

  it('while somebody else’s backup of the volume is uploaded', async () => {
    const bench = await benchWith(4);
    await bench.longhorn.snapshots.create({ name: 'theirs', volume: 'vol', marks: {} }, { isDryRun: false });
    const draft = { name: 'theirs', volume: 'vol', backupTargetName: 'default', snapshotName: 'theirs' };
    await bench.longhorn.backups.create(
      { ...draft, mode: 'incremental', marks: {}, catalogue: {} },
      { isDryRun: false },
    );
    await bench.evaluate();
    await bench.wake();
    expect(await endOf(bench)).toMatchObject({ message: expect.stringContaining('Longhorn makes backup theirs') });
    bench.longhorn.finishBackup('theirs');
    await bench.settle();
    expect(await bench.names()).toEqual(['p3', 'p4', 'theirs']);
  });

  it('while Soteria is paused', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    bench.pause(true);
    await bench.wake();
    expect(await bench.names()).toHaveLength(4);
    bench.pause(false);
    await bench.settle();
    expect(await bench.names()).toEqual(['p3', 'p4']);
  });

  it('of a policy that is gone', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    bench.setPolicies({});
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Skipped', code: 'not_found' });
    expect(await bench.names()).toHaveLength(4);
  });

  it('of an earlier volume of the claim, unless retainDeleted says for how long its points stay', async () => {
    const bench = createPruneBench({ keepLast: 1, breaker: 100 });
    await bench.trust();
    for (const name of ['old1', 'old2']) await bench.addPoint(name, { volume: 'earlier' });
    for (const name of ['p1', 'p2']) await bench.addPoint(name);
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['old1', 'old2', 'p2']);
    const retention = { keepLast: 1, breaker: 100, retainDeleted: '2d' };
    bench.setPolicies({ nightly: { schedule: '0 2 * * *', retention } });
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['old2', 'p2']);
  });
});

describe('a prune that is hindered on its way', () => {
  it('stops when the newest attempt fails meanwhile, and says what is deleted', async () => {
    const bench = await benchWith(5);
    await bench.evaluate();
    await bench.wake();
    await bench.addAttempt('soteria-backup-data-1', 'Failed');
    await bench.settle();
    expect(await bench.names()).toEqual(['p2', 'p3', 'p4', 'p5']);
    expect(await endOf(bench)).toMatchObject({ phase: 'Failed', result: { deletedPoints: [bench.ids[0]] } });
    expect(await bench.slots.entries()).toEqual([]);
  });

  it('deletes no point that its plan did not name', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    await bench.wake();
    bench.setPolicies({ nightly: { schedule: '0 2 * * *', retention: { keepLast: 1, breaker: 100 } } });
    await bench.settle();
    expect(await bench.names()).toEqual(['p3', 'p4']);
  });

  it('is cancelled between two deletions', async () => {
    const bench = await benchWith(5);
    await bench.evaluate();
    await bench.wake();
    const [prune] = await bench.prunes();
    await bench.store.requestCancel({ namespace: 'soteria', name: prune?.metadata.name ?? '' });
    await bench.settle();
    expect(await bench.names()).toHaveLength(4);
    expect(await endOf(bench)).toMatchObject({ phase: 'Cancelled', result: { deletedPoints: [bench.ids[0]] } });
  });

  it('does not call a point gone while the target is away', async () => {
    const bench = await benchWith(3);
    await bench.evaluate();
    await bench.wake();
    bench.longhorn.makeTargetUnavailable('default', 'gone');
    await bench.wake();
    expect(await endOf(bench)).toMatchObject({ message: expect.stringContaining('not known') });
    bench.longhorn.makeTargetAvailable('default');
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Succeeded' });
  });

  it('fails when Longhorn lists a deleted point again', async () => {
    const bench = await benchWith(3);
    await bench.evaluate();
    await bench.wake();
    await bench.wake();
    await bench.addPoint('p1');
    bench.pass(-86_400_000);
    await bench.settle();
    expect(await endOf(bench)).toMatchObject({ phase: 'Failed', why: expect.stringContaining('again: p1') });
  });

  it('works for its volume alone for an hour at most; what is left is for the next', async () => {
    const bench = await benchWith(6, { keepLast: 1, breaker: 100 });
    await bench.evaluate();
    for (let count = 0; count < 3; count += 1) {
      await bench.wake();
      bench.pass(14 * 60_000);
    }
    bench.pass(40 * 60_000);
    await bench.wake();
    await bench.wake();
    expect(await endOf(bench)).toMatchObject({ phase: 'Failed', code: 'prune_failed' });
    expect(await bench.slots.entries()).toEqual([]);
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p6']);
  });

  it('takes the watch label off a point that stays when its Operation is deleted', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    const remove = bench.tools.points.delete.bind(bench.tools.points);
    bench.tools.points.delete = () => Promise.reject(new Killed());
    await bench.wake();
    bench.tools.points.delete = remove;
    expect(await bench.tools.points.listWatched()).toHaveLength(1);
    const call = { log: silent, signal: new AbortController().signal };
    await tidyLeftovers(bench.tools, call);
    expect(await bench.tools.points.listWatched()).toHaveLength(1);
    const [prune] = await bench.prunes();
    if (prune !== undefined) await bench.store.withdraw(prune);
    await tidyLeftovers(bench.tools, call);
    expect(await bench.tools.points.listWatched()).toEqual([]);
    expect(await bench.names()).toHaveLength(4);
  });
});
