/** What `If-Match` of RFC 9110 means for a resourceVersion. Pure. */
/** The version of an object that does not exist; no object has it. */
export const noVersion = '0';

/** `*`: whatever version exists. */
export type IfMatch = '*' | readonly string[];

export function isMatching(ifMatch: IfMatch | undefined, version: string): boolean {
  if (ifMatch === undefined) return true;
  return ifMatch === '*' ? version !== noVersion : ifMatch.includes(version);
}
