/** Ids of the facts the product sends. Pure. */
import { createHash } from 'node:crypto';

/** Sent twice after a crash, a fact is still one fact: the id follows from the operation's uid and the fact's name. */
export function factId(operationUid: string, fact: string): string {
  return createHash('sha256').update(`${operationUid}\n${fact}`).digest('hex').slice(0, 32);
}
