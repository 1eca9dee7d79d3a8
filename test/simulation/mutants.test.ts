import { describe, expect, it } from 'vitest';
import { invariants, type InvariantName } from './invariants.ts';
import { mutants } from './mutants.ts';
import { runHistory } from './run-history.ts';
import { sample } from './simulate.ts';

/** Enough for the rarest of the planted bugs to show; the seed stays. */
const histories = sample(400, 7);

const rows = Object.entries(mutants).map(([name, [bug, mutation]]) => ({ name, bug, mutation }));

describe('an invariant', () => {
  it.each(rows)('$name notices when $bug', { timeout: 180_000 }, async ({ name, mutation }) => {
    const holds = invariants[name as InvariantName];
    let found: string | undefined;
    for (const history of histories) {
      found = holds(await runHistory(history, mutation));
      if (found !== undefined) break;
    }
    expect(found).toBeDefined();
  });
});
