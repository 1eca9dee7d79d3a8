/** Candidates that failed or were left out, in the result of the parent. Pure. */
import { shorten } from '../record/status.ts';

export const maxProblems = 100;
/** A hundred of them and everything else must fit into one record. */
const maxText = 400;

export function problemOf(name: string, why: string): string {
  return shorten(`${name}: ${why}`, maxText);
}

interface LeftOut {
  readonly name: string;
  readonly why: string;
  readonly isOnPurpose?: boolean;
}

/** What is excluded on purpose fills half of the list at most. */
export function problemsWith(problems: readonly string[] = [], leftOut: readonly LeftOut[] = []): string[] {
  const all = [...problems];
  for (const { name, why, isOnPurpose = false } of leftOut) {
    if (all.length < (isOnPurpose ? maxProblems / 2 : maxProblems)) all.push(problemOf(name, why));
  }
  return all;
}
