import { SoteriaError } from '@soteria/shared/errors.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { settingsName } from '@soteria/shared/settings/paused.ts';
import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

type Bench = ReturnType<typeof createTestBench>;

async function read({ app }: Bench, path: string, init?: RequestInit) {
  const answer = await app.request(path, init);
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

const cancel = (bench: Bench, name: string) => read(bench, `/v1/operations/${name}/cancel`, { method: 'POST' });

describe('operations', () => {
  it('are listed, found without a namespace, and cancelled while they are open', async () => {
    const woken: unknown[] = [];
    const bench = createTestBench({ onPublish: ({ data }) => woken.push(data) });
    await bench.record('soteria-backup-data-20260315-120000', { phase: 'Running', progress: 50 });
    const list = await read(bench, '/v1/operations?phase=Running');
    expect(list).toMatchObject({ status: 200, body: { items: [{ namespace: 'shop', progress: 50 }] } });

    const { name } = list.body.items[0];
    expect(await cancel(bench, name)).toMatchObject({ status: 202, body: { name, phase: 'Running' } });
    expect(woken).toEqual([{ namespace: 'shop', name, kind: 'Backup' }]);
    const asked = await bench.store.get({ namespace: 'shop', name });
    expect(asked?.spec.cancelRequested).toBe(true);
    if (asked?.status !== undefined) await bench.store.replaceStatus(asked, { ...asked.status, phase: 'Cancelled' });
    expect((await cancel(bench, name)).status).toBe(409);
    expect((await read(bench, '/v1/operations/soteria-backup-nothing-20260101-000000')).status).toBe(404);
  });

  it('keep the wish to cancel when the function that moves them cannot be woken', async () => {
    const bench = createTestBench({
      onPublish: () => {
        throw new SoteriaError('cluster_unavailable', { what: 'no event', why: 'the Broker is away', fix: 'wait' });
      },
    });
    await bench.record('soteria-restore-data-20260315-120000', { phase: 'Running' }, { kind: 'Restore' });
    expect((await cancel(bench, 'soteria-restore-data-20260315-120000')).status).toBe(202);
    const [asked] = await bench.store.list({});
    expect(asked?.spec.cancelRequested).toBe(true);
  });

  it('show their place in the queue while they wait', async () => {
    const bench = createTestBench();
    await bench.record('soteria-backup-data-20260315-120000', { phase: 'Running' });
    for (const second of ['1', '2']) {
      bench.pass(1_000);
      await bench.record(`soteria-backup-data-20260315-12000${second}`, { message: 'waits for a slot' });
    }
    const of = async (second: string) =>
      (await read(bench, `/v1/operations/soteria-backup-data-20260315-12000${second}`)).body;
    expect((await of('0')).queue).toBeNull();
    expect((await of('2')).queue).toEqual({ place: 2, waits_for: 'waits for a slot' });
  });

  it('are listed in pages', async () => {
    const bench = createTestBench();
    for (const second of ['0', '1', '2']) {
      await bench.record(`soteria-backup-data-20260315-12000${second}`);
      bench.pass(1_000);
    }
    const all = await read(bench, '/v1/operations');
    expect(all.body.items).toHaveLength(3);
    const first = await read(bench, '/v1/operations?limit=2');
    const second = await read(bench, `/v1/operations?limit=2&next=${first.body.next}`);
    expect([...first.body.items, ...second.body.items]).toEqual(all.body.items);
    expect(second.body.next).toBeUndefined();
    for (const query of ['limit=0', 'limit=1001', 'next=nonsense', 'phase=Gone', 'limit=1&limit=2']) {
      expect((await read(bench, `/v1/operations?${query}`)).status).toBe(400);
    }
  });

  it('say in each answer that Soteria is paused', async () => {
    const bench = createTestBench();
    const metadata = { namespace: 'soteria', name: settingsName };
    await bench.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { paused: 'true' } });
    await bench.record('soteria-backup-data-20260315-120000');
    const list = await read(bench, '/v1/operations');
    expect(list.body.paused).toBe(true);
    expect(list.headers.get('soteria-paused')).toBe('true');
    const lost = await read(bench, '/v1/operations/nobody');
    expect([lost.status, lost.headers.get('soteria-paused')]).toEqual([404, 'true']);
    expect((await cancel(bench, 'soteria-backup-data-20260315-120000')).body.paused).toBe(true);
  });

  it('are shown and cancelled with the rights that Kubernetes grants, which are asked for before anything is read', async () => {
    const caller = { user: 'ann', groups: [], proof: 'token' } as const;
    const bench = createTestBench({ caller, env: { SOTERIA_AUTH_REQUIRED: 'true' }, grants: ['ann list shop'] });
    await bench.record('soteria-backup-data-20260315-120000');
    const statuses = [
      (await read(bench, '/v1/operations?namespace=shop')).status,
      (await read(bench, '/v1/operations')).status,
      (await read(bench, '/v1/operations/soteria-backup-data-20260315-120000?namespace=shop')).status,
      (await cancel(bench, 'soteria-backup-data-20260315-120000')).status,
      (await cancel(bench, 'nobody')).status,
    ];
    expect(statuses).toEqual([200, 403, 403, 403, 403]);
    expect((await bench.store.list({}))[0]?.spec.cancelRequested).toBeUndefined();
  });
});
