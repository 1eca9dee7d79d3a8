/** Pure. What the coverage says of a claim whose due backup nobody could record: the decision said "due", and that would count as looked after. */
import type { CoverageRecord, NamespaceCoverage } from '@soteria/shared/coverage/coverage-record.ts';
import type { RefusedDue } from './record-due.ts';

type Coverage = ReadonlyMap<string, NamespaceCoverage>;

export function coverageWithRefusals(coverage: Coverage, refused: readonly RefusedDue[]): Coverage {
  if (refused.length === 0) return coverage;
  const changed = new Map<string, Map<string, CoverageRecord>>();
  for (const { due, error } of refused) {
    const { namespace, claim, policy } = due;
    const record = coverage.get(namespace)?.get(claim);
    if (record === undefined) continue;
    const records = changed.get(namespace) ?? new Map(coverage.get(namespace));
    records.set(claim, { ...record, code: 'not_recorded', policy, detail: error.explanation.why });
    changed.set(namespace, records);
  }
  return new Map([...coverage].map(([name, records]) => [name, changed.get(name) ?? records]));
}
