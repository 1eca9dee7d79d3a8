/** Which claims are shown, and in which order: the worst first. Pure. */
import type { ClaimRow } from '../api/client.ts';

export type Health = ClaimRow['health'];

/** The worst first. */
export const healths: readonly Health[] = ['unprotected', 'late', 'unknown', 'safe'];

export interface RowFilter {
  readonly health: Health | undefined;
  readonly text: string;
}

export type Line =
  | { readonly is: 'namespace'; readonly name: string; readonly claims: number; readonly notSafe: number }
  | { readonly is: 'claim'; readonly row: ClaimRow };

export function matches(row: ClaimRow, { health, text }: RowFilter): boolean {
  if (health !== undefined && row.health !== health) return false;
  const searched = `${row.namespace}/${row.pvc} ${row.policy ?? ''} ${row.volume ?? ''} ${row.storage_class ?? ''}`;
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => searched.toLowerCase().includes(word));
}

/** Higher is worse. Within one health: the age against the objective, then failures; a claim without a single point before all others. */
export function badness(row: ClaimRow): number {
  const rank = healths.length - healths.indexOf(row.health);
  const age = row.rpo_age_seconds;
  const share = age === null ? 1 : age / (age + (row.rpo_seconds ?? 86_400));
  const failures = row.failures_since_success / 8;
  return rank * 4 + (row.health !== 'safe' && age === null ? 2 : 0) + share + failures;
}

export function worstFirst(rows: readonly ClaimRow[]): ClaimRow[] {
  return rows
    .map((row) => ({ row, bad: badness(row) }))
    .toSorted((a, b) => b.bad - a.bad || compareNames(a.row, b.row))
    .map(({ row }) => row);
}

/** Namespaces in the order of their worst claim. */
export function byNamespace(rows: readonly ClaimRow[]): Line[] {
  const lines: Line[] = [];
  for (const [name, members] of Map.groupBy(worstFirst(rows), ({ namespace }) => namespace)) {
    const notSafe = members.filter(({ health }) => health !== 'safe').length;
    lines.push({ is: 'namespace', name, claims: members.length, notSafe });
    for (const row of members) lines.push({ is: 'claim', row });
  }
  return lines;
}

export function countHealths(rows: readonly ClaimRow[]): Readonly<Record<Health, number>> {
  const counts = { safe: 0, late: 0, unprotected: 0, unknown: 0 };
  for (const { health } of rows) counts[health] += 1;
  return counts;
}

function compareNames(a: ClaimRow, b: ClaimRow): number {
  return `${a.namespace}/${a.pvc}` < `${b.namespace}/${b.pvc}` ? -1 : 1;
}
