import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('serves a storm by the run that is under way and one more', async () => {
  const began: number[] = [];
  let running = 0;
  const run = oneAtATime(async (argument: number) => {
    running += 1;
    expect(running).toBe(1);
    began.push(argument);
    await pause(5);
    running -= 1;
  });
  await Promise.all(Array.from({ length: 100 }, (_, index) => run(index)));
  expect(began).toEqual([0, 99]);
  await run(100);
  expect(began).toEqual([0, 99, 100]);
});

it('goes on after a failure, which all who wait for it share', async () => {
  let runs = 0;
  const run = oneAtATime(() => {
    runs += 1;
    return runs <= 2 ? Promise.reject(new Error(`run ${runs}`)) : Promise.resolve();
  });
  const all = await Promise.allSettled([run(0), run(0), run(0)]);
  expect(all.map((one) => (one.status === 'rejected' ? String(one.reason) : 'well'))).toEqual([
    'Error: run 1',
    'Error: run 2',
    'Error: run 2',
  ]);
  await run(0);
});
