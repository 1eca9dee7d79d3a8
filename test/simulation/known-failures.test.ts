/** The table of Longhorn's known failures is whole, and what it points at is there. */
import { existsSync } from 'node:fs';
import { type Fault, faultTable } from '@soteria/local/longhorn/fault-table.ts';
import { describe, expect, it } from 'vitest';
import { knownFailures, knownFailuresTable } from './known-failures.ts';

const rows = knownFailures.map((row) => ({ ...row, name: row.symptom }));

describe('a known failure of Longhorn', () => {
  it.each(rows)('$name: is shown, or does not concern the product', ({ faults, tests, notOurs, soteria }) => {
    const isShown = faults.length + tests.length > 0;
    expect(isShown).toBe(notOurs === undefined);
    expect(soteria).not.toBe('');
    for (const path of tests) expect(existsSync(new URL(`../../${path}`, import.meta.url))).toBe(true);
  });

  it('has a row for each switch of the local Longhorn', () => {
    const named = new Set(knownFailures.flatMap(({ faults }) => faults));
    expect((Object.keys(faultTable) as Fault[]).filter((fault) => !named.has(fault))).toEqual([]);
  });

  it('is written down for people: after a change of the table, run this file with -u', async () => {
    const head =
      '<!-- Written from test/simulation/known-failures.ts by the test beside it (vitest -u): change it there. -->\n' +
      '# How Longhorn fails, and what Soteria does about it\n\n' +
      'Names in code are switches of the local Longhorn (`local/longhorn/fault-table.ts`). While one of them lasts, and after it has\n' +
      'passed, every backup ends in a true state: `test/simulation/every-fault.test.ts`.\n\n';
    await expect(`${head}${knownFailuresTable()}\n`).toMatchFileSnapshot('../../docs/longhorn-failures.md');
  });
});
