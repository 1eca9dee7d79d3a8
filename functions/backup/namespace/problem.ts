/** One claim that is not backed up, in the result of the operation on its namespace. */
import { shorten } from '@soteria/shared/operation/record/status.ts';

export const maxProblems = 100;
/** A hundred of them must fit into one object. */
const maxText = 300;

export function problemOf(pvc: string, why: string): string {
  return shorten(`${pvc}: ${why}`, maxText);
}
