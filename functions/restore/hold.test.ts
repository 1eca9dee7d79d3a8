/** Two restores of one backup: the second waits for the first, and is woken when the backup is free. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent, withParts } from './test-bench.ts';

const nameOf = (target: string) => `soteria-restore-${target}-20260131-013001`;

it('whoever lets go of a backup wakes who waits for it, and nobody else', async () => {
  const bench = createTestBench();
  bench.seedBackups({ name: 'monday', at: '2026-01-26T02:00:00Z' }, { name: 'tuesday', at: '2026-01-27T02:00:00Z' });
  const woken: string[] = [];
  const wakeOther = ({ metadata }: Operation) => Promise.resolve(void woken.push(metadata.name));
  const tools = { ...withParts(bench, { wakeOther }), wakeOther };
  const advance = (target: string) =>
    advanceOperation(tools, { namespace: 'shop', name: nameOf(target) }, { log: silent });
  for (const [target, snapshot] of Object.entries({ first: 'monday', second: 'monday', other: 'tuesday' })) {
    const request = { pvc: 'data', targetPvc: target, snapshot };
    await bench.store.create({ namespace: 'shop', name: nameOf(target), spec: { kind: 'Restore', request } });
    await advance(target);
  }
  const waiting = await bench.store.get({ namespace: 'shop', name: nameOf('second') });
  expect(waiting?.status).toMatchObject({ phase: 'Running', work: { backup: 'monday' } });

  for (let round = 0; round < 6; round += 1) {
    await bench.step();
    await advance('first');
  }
  expect(woken).toContain(nameOf('second'));
  expect(woken).not.toContain(nameOf('other'));
  expect(woken).not.toContain(nameOf('first'));

  for (let round = 0; round < 6; round += 1) {
    await advance('second');
    await bench.step();
  }
  const ended = await bench.store.get({ namespace: 'shop', name: nameOf('second') });
  expect(ended?.status?.phase).toBe('Succeeded');
});
