/** What an interrupted upload leaves on the target comes back as a Backup that is never filled in and carries no label of ours. */
import { describe, expect, it } from 'vitest';
import { createAdaptorServer } from '@hono/node-server';
import supertest from 'supertest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

const hourMs = 3_600_000;

async function open() {
  const bench = createTestBench();
  const { app, tools, longhorn, store } = bench;
  const http = supertest(createAdaptorServer({ fetch: app.fetch }));
  const asked = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(202);
  const { operation, backup } = asked.body as { operation: string; backup: string };
  const ref = { namespace: 'shop', name: operation };
  const look = () => advanceOperation(tools, ref, { log: silent });
  longhorn.finishSnapshot(backup);
  await look();
  longhorn.progressBackup(backup, 40);
  await look();
  const cancel = () => bench.cancel(operation);
  const status = async () => (await store.get(ref))?.status;
  return { ...bench, backup, cancel, status, tidy: () => tools.drivers.longhorn.tidyLeftovers({ log: silent }) };
}

describe('a half-made backup', () => {
  it('stays while its target is away, and goes once that is back, although its operation has settled', async () => {
    const { longhorn, backup, cancel, status, tidy } = await open();
    longhorn.makeTargetUnavailable('default', 'no route to host');
    await cancel();
    expect(await status()).toMatchObject({ phase: 'Cancelled', settled: true });
    await tidy();
    expect(await longhorn.backups.get(backup)).toBeDefined();
    longhorn.makeTargetAvailable('default');
    await tidy();
    expect(await longhorn.backups.get(backup)).toBeUndefined();
  });

  it('that has come back without labels is known by its name, and goes after an hour in which its target was read', async () => {
    const { longhorn, backup, cancel, tidy, pass } = await open();
    await cancel();
    longhorn.pullInterrupted(backup, 'vol-1');
    await tidy();
    expect(await longhorn.backups.get(backup)).toBeDefined();
    pass(hourMs);
    await tidy();
    expect(await longhorn.backups.get(backup)).toBeDefined();
    longhorn.syncTargets();
    await tidy();
    expect(await longhorn.backups.get(backup)).toBeUndefined();
  });

  it('of somebody else is left alone, whatever its age', async () => {
    const { longhorn, cancel, tidy, pass } = await open();
    await cancel();
    const others = 'soteria-backup-shop-data-20260131-013001-abcdef';
    longhorn.pullInterrupted(others, 'vol-1');
    pass(48 * hourMs);
    longhorn.syncTargets();
    await tidy();
    expect(await longhorn.backups.get(others)).toBeDefined();
  });
});
