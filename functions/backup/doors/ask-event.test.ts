import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const time = '2026-01-31T01:29:50Z';

describe('the same event', () => {
  it.each([
    ['first with its time, then without', [time, undefined]],
    ['first without a time, then with it', [undefined, time]],
  ])('is recorded once: %s', async (_title, times) => {
    const { app, store } = createTestBench();
    for (const at of times) {
      const answer = await app.request('/', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-type': 'dev.soteria.backup.requested.v1',
          'ce-source': '/cron',
          'ce-id': 'night-1',
          ...(at === undefined ? {} : { 'ce-time': at }),
        },
        body: JSON.stringify({ namespace: 'shop', pvc: 'data' }),
      });
      expect(answer.status).toBe(204);
    }
    expect(await store.list({ namespace: 'shop' })).toHaveLength(1);
  });
});
