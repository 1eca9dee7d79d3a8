/**
 * Pure. What the coverage says of a claim whose due work nobody could record: of a backup the decision said "due", and that would count as looked
 * after; of a restore test it says nothing.
 */
import type { CoverageRecord, NamespaceCoverage } from '@soteria/shared/coverage/coverage-record.ts';
import type { RefusedDue } from './record-due.ts';

type Coverage = ReadonlyMap<string, NamespaceCoverage>;

export interface Refusals {
  readonly backups: readonly RefusedDue[];
  readonly tests: readonly RefusedDue[];
}

export function coverageWithRefusals(coverage: Coverage, { backups, tests }: Refusals): Coverage {
  if (backups.length + tests.length === 0) return coverage;
  const changed = new Map<string, Map<string, CoverageRecord>>();
  const change = ({ due }: RefusedDue, next: (record: CoverageRecord) => CoverageRecord): void => {
    const { namespace, claim } = due;
    const records = changed.get(namespace) ?? new Map(coverage.get(namespace));
    const record = records.get(claim);
    if (record === undefined) return;
    records.set(claim, next(record));
    changed.set(namespace, records);
  };
  for (const one of backups) {
    const detail = one.error.explanation.why;
    change(one, (record) => ({ ...record, code: 'not_recorded', policy: one.due.policy, detail }));
  }
  for (const one of tests) {
    const why = `the restore test that policy ${one.due.policy} is due for was not recorded: ${one.error.explanation.why}`;
    change(one, (record) => ({ ...record, detail: record.detail === undefined ? why : `${record.detail}; ${why}` }));
  }
  return new Map([...coverage].map(([name, records]) => [name, changed.get(name) ?? records]));
}
