/** The text of a failure for a person at the terminal. */
import { SoteriaError } from '@soteria/shared/errors.ts';

export function describeFailure(thrown: unknown): string {
  if (thrown instanceof SoteriaError) {
    const { what, why, fix } = thrown.explanation;
    return `soteria: ${what}\n  why: ${why}\n  fix: ${fix}`;
  }
  return `soteria: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
}
