/** Set-up of the unit tests, whose files follow each other in one process: a file that leaves something for the next one fails. */
import { afterAll, expect, vi } from 'vitest';

/** What a test may replace for itself, and what another file would then meet. */
const look = () =>
  new Map<string, unknown>([
    ...Object.entries(process.env),
    ['the working directory', process.cwd()],
    ['the clock', vi.isFakeTimers()],
    ['fetch', globalThis.fetch],
    ['JSON.parse', JSON.parse],
    ['console.log', console.log],
    ['console.warn', console.warn],
    ['console.error', console.error],
    ['process.stdout.write', process.stdout.write],
  ]);

const before = look();
afterAll(() => {
  const after = look();
  // Names alone: the values of the environment may be secret.
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  expect(changed, 'what this test file changed and did not put back').toEqual([]);
});
