/** How many requests each user made, and of what kind, from the API server's audit log. Pure. */
interface AuditLine {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** `get operations` and the like, by user. */
export type RequestCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

function kindOf({ verb, objectRef: { resource = '', subresource } = {} }: AuditLine): string {
  return subresource === undefined ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`;
}

export function countRequests(auditLog: string): RequestCounts {
  const counts = new Map<string, Map<string, number>>();
  for (const text of auditLog.split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as AuditLine;
    const { username } = line.user;
    const own = counts.get(username) ?? new Map<string, number>();
    const kind = kindOf(line);
    counts.set(username, own.set(kind, (own.get(kind) ?? 0) + 1));
  }
  return counts;
}
