import { it } from 'vitest';
import { advanceOperation } from '/work/main/functions/backup/advance.ts';
import { createTestBench, silent } from '/work/main/functions/backup/test-bench.ts';
it('1000', async () => {
  const bench = createTestBench();
  let calls = 0;
  const N = 1000;
  for (let i = 0; i < N; i += 1) bench.addClaim(`c-${i}`);
  let t = Date.now();
  for (let i = 0; i < N; i += 1) { bench.pass(10); const r = await bench.app.request('/v1/backup', { method: 'POST', headers: {'content-type':'application/json'}, body: JSON.stringify({ namespace: 'shop', pvc: `c-${i}` }) }); if (r.status !== 202) throw new Error(await r.text()); }
  console.log('accepted', Date.now() - t, 'ms'); t = Date.now();
  let rounds = 0;
  for (;;) {
    bench.longhorn.step(); bench.pass(2000);
    const running = await bench.store.list({ fieldSelector: 'status.phase=Running' });
    if (running.length === 0) break;
    rounds += 1;
    for (const { metadata } of running) await advanceOperation(bench.tools, { namespace: 'shop', name: metadata.name }, { log: silent });
  }
  const all = await bench.store.list({});
  console.log('ended', Date.now() - t, 'ms rounds', rounds, all.filter((o) => o.status?.phase === 'Succeeded').length);
}, 300000);
