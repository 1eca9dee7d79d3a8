import { describe, expect, it } from 'vitest';
import type { Log } from '../function/contract.ts';
import { type BusySweep, createKeepAwake } from './busy-sweep.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function setUp() {
  let starts = 0;
  const busySweep: BusySweep = {
    start: () => {
      starts += 1;
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
  return { keepAwake: createKeepAwake(busySweep, silent), starts: () => starts };
}

describe('keeping the sweep awake', () => {
  it('asks for it once for all that run beside each other', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'b', beside: ['a'] }, undefined);
    await keepAwake({ uid: 'c', beside: ['b'] }, undefined);
    expect(starts()).toBe(1);
  });

  it('asks again once nobody runs for whom it was seen to be there', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'b', beside: ['of another process'] }, undefined);
    await keepAwake({ uid: 'c', beside: [] }, undefined);
    await keepAwake({ uid: 'd', beside: ['a'] }, undefined);
    expect(starts()).toBe(4);
  });

  it('asks for one that held its slot before: who ran beside it then, nobody knows', async () => {
    const { keepAwake, starts } = setUp();
    await keepAwake({ uid: 'a', beside: [] }, undefined);
    await keepAwake({ uid: 'a' }, undefined);
    expect(starts()).toBe(2);
  });
});
