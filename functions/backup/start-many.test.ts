/** Many that end at the same moment start as many others: no slot stays empty while somebody waits. */
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

it('two that end at once start two', async () => {
  const bench = createTestBench();
  const claims = Array.from({ length: 12 }, (_, index) => `claim-${index}`);
  for (const pvc of claims) {
    bench.addClaim(pvc);
    const body = JSON.stringify({ namespace: 'shop', pvc });
    const asked = await bench.app.request('/v1/backup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(asked.status).toBe(202);
  }
  const counts: number[] = [];
  for (let round = 0; round < 60; round += 1) {
    const running = await bench.store.list({ fieldSelector: 'status.phase=Running' });
    if (running.length === 0) break;
    counts.push(running.length);
    bench.longhorn.step();
    bench.pass(2_000);
    const wake = ({ metadata: { namespace, name } }: (typeof running)[number]) =>
      advanceOperation(bench.tools, { namespace, name }, { log: silent });
    await Promise.all(running.map(wake));
  }
  expect(counts).toEqual(counts.map(() => 2));
});
