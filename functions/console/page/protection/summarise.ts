/** The one sentence that answers "is everything safe?", and what stands below it. Pure. */
import type { ClaimRow, Inventory } from '../api/client.ts';
import { sayCount } from '../words/amounts.ts';
import { spellDuration } from '../words/instants.ts';
import { countHealths, worstFirst } from './order-rows.ts';

export interface Summary {
  readonly tone: 'safe' | 'late' | 'unprotected' | 'unknown';
  readonly sentence: string;
  /** Of the worst claim, or what is still to be done when all is well. */
  readonly detail: string | undefined;
  readonly worst: ClaimRow | undefined;
}

export function summarise({ coverage, evaluated_at, problems }: Inventory, rows: readonly ClaimRow[]): Summary {
  if (rows.length === 0 && problems.length === 0) {
    return {
      tone: 'unknown',
      sentence: 'There is no claim to protect yet.',
      detail: 'A claim appears here as soon as it exists in a namespace that you may see.',
      worst: undefined,
    };
  }
  const { late, unprotected, unknown } = countHealths(rows);
  const notSafe = late + unprotected;
  const worst = worstFirst(rows).at(0);
  if (notSafe > 0) {
    return {
      tone: unprotected > 0 ? 'unprotected' : 'late',
      sentence: `${notSafe === 1 ? '1 claim is' : `${sayCount(notSafe, 'claim')} are`} not safe.`,
      detail: worst === undefined ? undefined : describe(worst),
      worst,
    };
  }
  if (problems[0] !== undefined) {
    return {
      tone: 'unknown',
      sentence: 'Nobody can say whether everything is safe.',
      detail: `${problems[0].what}: ${problems[0].why}.`,
      worst: undefined,
    };
  }
  if (unknown > 0) {
    const sentence =
      unknown === rows.length && evaluated_at === null
        ? 'No policy has been evaluated yet.'
        : `Nothing is known of ${sayCount(unknown, 'claim')} yet.`;
    return { tone: 'unknown', sentence, detail: worst === undefined ? undefined : describe(worst), worst };
  }
  return {
    tone: 'safe',
    sentence: rows.length === 1 ? 'The one claim is safe.' : `All ${sayCount(rows.length, 'claim')} are safe.`,
    detail:
      coverage.unproved > 0
        ? `${sayCount(coverage.unproved, 'claim')} ${coverage.unproved === 1 ? 'waits' : 'wait'} for a restore test to prove that the backups can be restored.`
        : undefined,
    worst: undefined,
  };
}

function describe(row: ClaimRow): string {
  const name = `${row.namespace}/${row.pvc}`;
  if (row.rpo_age_seconds === null) return `${name} has no backup that can be restored: ${row.why}.`;
  const age = `the last good backup of ${name} is ${spellDuration(row.rpo_age_seconds)} old`;
  const objective = row.rpo_seconds === null ? '' : `; it may be ${spellDuration(row.rpo_seconds)} old`;
  return `${capital(age)}${objective}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
