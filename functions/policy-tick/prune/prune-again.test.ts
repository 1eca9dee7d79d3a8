/** A prune and its surroundings: restores that wait, refusals that pass, policies that come back. */
import { describe, expect, it } from 'vitest';
import { readPolicyMemory, writePolicyMemory } from '../store/policy-memory.ts';
import { benchWith } from './test-bench.ts';

describe('a prune', () => {
  it('keeps the point that a restore names which still waits, and deletes it after the restore', async () => {
    const bench = await benchWith(4, { keepLast: 1, breaker: 100 });
    const spec = {
      kind: 'Restore',
      request: { namespace: 'shop', pvc: 'data', snapshot: bench.ids[0] ?? '', targetPvc: 'copy' },
    } as const;
    await bench.evaluate();
    const restore = await bench.store.create({ namespace: 'shop', name: 'soteria-restore-copy', spec });
    await bench.settle();
    expect(await bench.names()).toEqual(['p1', 'p4']);
    const ended = { phase: 'Succeeded' as const, progress: 100, message: '', steps: [], settled: true };
    await bench.store.replaceStatus(restore, ended);
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p4']);
  });

  it('is asked for again, an hour later, when the target was away', async () => {
    const bench = await benchWith(4);
    await bench.evaluate();
    bench.longhorn.makeTargetUnavailable('default', 'no such bucket');
    await bench.settle();
    bench.longhorn.makeTargetAvailable('default');
    await bench.evaluate();
    expect(await bench.prunes()).toHaveLength(1);
    bench.pass(3_600_000);
    await bench.evaluate();
    await bench.evaluate();
    expect(await bench.prunes()).toHaveLength(2);
    await bench.settle();
    expect(await bench.names()).toEqual(['p3', 'p4']);
  });

  it('is asked for at the next tick, once new rules need no yes any more', async () => {
    const bench = await benchWith(5, { keepLast: 2, breaker: 50 });
    await bench.evaluate();
    await bench.settle();
    bench.setPolicies({ nightly: { schedule: '0 2 * * *', retention: { keepLast: 2, breaker: 100 } } });
    await bench.evaluate();
    await bench.settle();
    expect(await bench.names()).toEqual(['p4', 'p5']);
  });

  it('gives no yes to a policy that gets the id of a deleted one', async () => {
    const bench = await benchWith(3);
    await bench.evaluate();
    await bench.wake();
    await bench.wake();
    bench.setPolicies({});
    await writePolicyMemory(bench.client, 'soteria', new Map());
    await bench.settle();
    expect((await readPolicyMemory(bench.client, 'soteria')).get('nightly')).toBeUndefined();
  });
});
