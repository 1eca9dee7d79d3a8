/** Set-up of the unit tests, whose files follow each other in one process: a file that leaves something for the next one fails. */
import { afterAll, expect, vi } from 'vitest';

const members = (name: string, of: object, keys: readonly string[]) =>
  keys.map((key): [string, unknown] => [`${name}.${key}`, Reflect.get(of, key)]);

/** What a test may replace for itself, and what another file would then meet. */
const look = () =>
  new Map<string, unknown>([
    ...Object.entries(process.env),
    ['the working directory', process.cwd()],
    ['the clock', vi.isFakeTimers()],
    ...members('globalThis', globalThis, ['fetch']),
    ...members('JSON', JSON, ['parse']),
    ...members('console', console, ['log', 'warn', 'error']),
    ...members('process.stdout', process.stdout, ['write']),
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
