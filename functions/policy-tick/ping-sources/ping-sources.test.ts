import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { describe, expect, it } from 'vitest';
import { decidePingSources, type TimedPolicy, wantedPingSources } from './decide-ping-sources.ts';
import { keepPingSources } from './keep-ping-sources.ts';

const policy = (id: string, more: Partial<TimedPolicy> = {}): TimedPolicy => ({
  id,
  schedule: '0 2 * * *',
  timeZone: 'UTC',
  jitterMs: 0,
  isSuspended: false,
  ...more,
});

describe('the PingSources of policies', () => {
  it('are one for each distinct schedule and time zone', () => {
    const wanted = wantedPingSources([
      policy('a'),
      policy('b'),
      policy('c', { timeZone: 'Europe/Berlin' }),
      policy('d', { jitterMs: 30 * 60_000 }),
      policy('e', { verify: { schedule: '0 5 * * 0' } }),
      policy('f', { isSuspended: true, schedule: '0 3 * * *' }),
      policy('g', { schedule: undefined }),
    ]);
    expect(new Set(wanted.map((one) => `${one.schedule} ${one.timeZone}: ${one.policies.join()}`))).toEqual(
      new Set(['0 2 * * * Europe/Berlin: c', '0 2 * * * UTC: a,b,e', '0 5 * * 0 UTC: e', '30 2 * * * UTC: d']),
    );
    expect(wanted.every(({ name }) => /^tick-[0-9a-f]{12}$/.test(name))).toBe(true);
  });

  it('are made and removed as policies come and go, and nothing else is touched', () => {
    const [kept] = wantedPingSources([policy('a')]);
    const changes = decidePingSources(
      [policy('a'), policy('b', { schedule: '0 4 * * *' })],
      [kept?.name ?? '', 'tick-000000000000', 'sweep'],
    );
    expect(changes.create.map(({ schedule }) => schedule)).toEqual(['0 4 * * *']);
    expect(changes.remove).toEqual(['tick-000000000000']);
  });

  it('in the cluster follow the policies, also when two pods do it at once', async () => {
    const { client } = createMemoryCluster({ namespaces: ['soteria'], kinds: [customKind(pingSources)] });
    const both = [policy('a'), policy('b', { schedule: '0 4 * * *' })];
    await Promise.all([keepPingSources(client, 'soteria', both), keepPingSources(client, 'soteria', both)]);
    const list = async () =>
      (await client.list(pingSources, { namespace: 'soteria' })).items.map(
        ({ spec }) => (spec as { schedule: string }).schedule,
      );
    expect((await list()).toSorted()).toEqual(['0 2 * * *', '0 4 * * *']);
    expect(await keepPingSources(client, 'soteria', [policy('b', { schedule: '0 4 * * *' })])).toEqual({
      created: 0,
      removed: 1,
    });
    expect(await list()).toEqual(['0 4 * * *']);
  });
});
