/** Whether an operation will still be looked at for what it has made. */
import { isTerminal, type Operation } from './schema.ts';

/** `operation` is what has the name now, `uid` that of the one which made it. */
export function isFollowing(operation: Operation | undefined, uid: string | undefined): boolean {
  if (operation === undefined || operation.metadata.uid !== uid) return false;
  return !isTerminal(operation.status?.phase) || operation.status?.settled !== true;
}
