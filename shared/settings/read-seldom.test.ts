import { expect, it } from 'vitest';
import { readSeldom } from './read-seldom.ts';

function setUp() {
  let time = 1_000;
  let reads = 0;
  let failure: Error | undefined;
  const read = () => {
    if (failure !== undefined) return Promise.reject(failure);
    reads += 1;
    return Promise.resolve(reads);
  };
  return {
    ask: readSeldom(read, { maxAgeMs: 5_000, now: () => new Date(time) }),
    pass: (ms: number) => void (time += ms),
    fail: (error: Error | undefined) => void (failure = error),
  };
}

it('asks once for a while, then again', async () => {
  const { ask, pass } = setUp();
  expect([await ask(), await ask()]).toEqual([1, 1]);
  pass(4_999);
  expect(await ask()).toBe(1);
  pass(1);
  expect(await ask()).toBe(2);
});

it('asks again when the clock was set back, and after a failure', async () => {
  const { ask, pass, fail } = setUp();
  await ask();
  pass(-10);
  expect(await ask()).toBe(2);
  pass(5_000);
  fail(new Error('away'));
  await expect(ask()).rejects.toThrow('away');
  fail(undefined);
  expect(await ask()).toBe(3);
});

it('is one request for those that ask at once, also when it fails', async () => {
  let reads = 0;
  let end: (answer: string | Error) => void = () => undefined;
  const read = () => {
    reads += 1;
    return new Promise<string>((resolve, reject) => {
      end = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
    });
  };
  const ask = readSeldom(read, { maxAgeMs: 5_000, now: () => new Date(0) });
  const failing = Promise.allSettled([ask(), ask()]);
  end(new Error('away'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const both = Promise.all([ask(), ask()]);
  end('there');
  expect(await both).toEqual(['there', 'there']);
  expect(await ask()).toBe('there');
  expect(reads).toBe(2);
});

it('begins another one beside a request that hangs for too long', async () => {
  let time = 0;
  let reads = 0;
  const read = () => (++reads === 1 ? new Promise<number>(() => undefined) : Promise.resolve(reads));
  const ask = readSeldom(read, { maxAgeMs: 5_000, now: () => new Date(time) });
  void ask();
  time = 5_000;
  expect(await ask()).toBe(2);
});

it('shares a read that takes longer than an answer is fresh, where callers may wait for it', async () => {
  let time = 0;
  let reads = 0;
  let end: () => void = () => undefined;
  const read = () => {
    reads += 1;
    return new Promise<number>((resolve) => (end = () => resolve(reads)));
  };
  const ask = readSeldom(read, { maxAgeMs: 5_000, maxWaitMs: 60_000, now: () => new Date(time) });
  const first = ask();
  time = 30_000;
  const second = ask();
  end();
  expect([await first, await second]).toEqual([1, 1]);
  time = 34_999;
  expect(await ask()).toBe(1);
  time = 35_000;
  const third = ask();
  end();
  expect(await third).toBe(2);
});
