import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import { createTestBudget, type TestBudget } from './test-budget.ts';

function setUp(limitBytes = 100n) {
  const { client } = createMemoryCluster({ namespaces: ['soteria'] });
  const now = () => new Date('2026-01-31T12:00:00.000Z');
  return { client, budget: createTestBudget({ client, namespace: 'soteria', limitBytes, now }) };
}

/** As the wake-ups of an operation do: a write that lost the race is tried again. */
async function enter(budget: TestBudget, uid: string, bytes: bigint): Promise<boolean> {
  const booked = await budget.enter(uid, bytes).catch(() => undefined);
  return booked?.isBooked ?? enter(budget, uid, bytes);
}

describe('the record of the budget', () => {
  it('is not overdrawn by many that ask at once, and each counts once', async () => {
    const { budget } = setUp();
    const uids = Array.from({ length: 20 }, (_none, at) => `uid-${at}`);
    const told = await Promise.all(uids.flatMap((uid) => [enter(budget, uid, 30n), enter(budget, uid, 30n)]));
    expect(told.filter(Boolean)).toHaveLength(3 * 2);
  });

  it('is given back by who never began', async () => {
    const { budget } = setUp();
    expect(await budget.enter('a', 100n)).toEqual({ isBooked: true });
    expect(await budget.enter('b', 1n)).toMatchObject({ isBooked: false, waitsFor: expect.stringMatching(/budget/) });
    await budget.leave('a');
    await budget.leave('a');
    expect(await budget.enter('b', 1n)).toEqual({ isBooked: true });
  });

  it('does not stumble over what somebody has written by hand', async () => {
    const { client, budget } = setUp();
    const metadata = { namespace: 'soteria', name: 'soteria-test-budget' };
    const data = { x: 'not json', y: '{"bytes":-1}' };
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    expect(await budget.enter('a', 100n)).toEqual({ isBooked: true });
  });
});
