import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { clockAhead } from './clock-ahead.ts';

const hourMs = 3_600_000;

it('runs ahead in this process and in the process of a function, and changes nothing else about dates', async () => {
  const { now, nodeArgs } = clockAhead(3 * hourMs);
  const before = Date.now();
  const program = `
    const all = [Date.now(), new Date().getTime(), new Date(7).getTime(), Date.UTC(2026), Date.parse('2026-01-01')];
    console.log(JSON.stringify([...all, new Date() instanceof Date, new Date(2026, 0).getFullYear()]));`;
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeArgs, '-e', program]);
  const [called, made, ...others] = JSON.parse(stdout) as number[];
  for (const at of [now().getTime(), called, made]) {
    expect(at).toBeGreaterThanOrEqual(before + 3 * hourMs);
    expect(at).toBeLessThanOrEqual(Date.now() + 3 * hourMs);
  }
  expect(others).toEqual([7, Date.UTC(2026), Date.parse('2026-01-01'), true, 2026]);
});

it('is the clock of the machine when it does not run ahead', () => {
  expect(clockAhead(0).nodeArgs).toEqual([]);
});
